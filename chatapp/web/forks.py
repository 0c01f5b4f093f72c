"""Go on from an earlier point, in a session of its own."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.views.decorators.http import require_POST

from chatapp.models import Session
from chatapp.services.forks import fork_session
from chatapp.web.requests import WebRequest
from chatapp.web.sessions import go_to


@login_required
@require_POST
def fork(request: WebRequest, key: str) -> HttpResponse:
    """Up to an event, or whole; or with everything up to an event as a summary."""
    source = Session.objects.access(request.user, key)
    session = fork_session(
        source=source,
        agent=source.agent,
        owner=request.user,
        include_up_to_event_id=request.POST.get("include_up_to_event_id") or None,
        compact_up_to_event_id=request.POST.get("compact_up_to_event_id") or None,
        name=f"{source.name} (fork)"[:200],
        metadata=source.metadata,
    )
    return go_to(request, session)
