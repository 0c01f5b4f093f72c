"""Thumbs under an answer, and why."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from chatapp.models import Session
from chatapp.services.feedback import REASONS, give_feedback, take_back_feedback, thumbs_of
from chatapp.web.requests import WebRequest


@login_required
@require_POST
def give(request: WebRequest, key: str, event_key: str) -> HttpResponse:
    """A thumb; the same one again takes it back. Down asks why."""
    session = Session.objects.access(request.user, key)
    value = request.POST.get("value", "")
    is_form = "comment" in request.POST
    if not is_form and thumbs_of(session, request.user).get(event_key) == value:
        take_back_feedback(session=session, event_key=event_key, user=request.user)
        return HttpResponse("")
    give_feedback(
        session=session,
        event_key=event_key,
        user=request.user,
        value=value,
        reasons=request.POST.getlist("reasons"),
        comment=request.POST.get("comment", ""),
    )
    if is_form or value == "up":
        return HttpResponse("")
    context = {"session_key": key, "event_id": event_key, "reasons": list(REASONS.items())}
    return render(request, "events/_feedback_form.html", context)
