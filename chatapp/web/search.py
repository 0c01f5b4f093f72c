"""Find one's own sessions by name."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from chatapp.models import Session
from chatapp.web.requests import WebRequest

MOST = 20


@login_required
@require_GET
def search(request: WebRequest) -> HttpResponse:
    """The newest sessions whose names hold every word; all of them without a word."""
    words = request.GET.get("q", "").split()[:8]
    sessions = Session.objects.visible_to(request.user).select_related("agent")
    sessions = sessions.exclude(origin=Session.Origin.SUB_AGENT)
    for word in words:
        sessions = sessions.filter(name__icontains=word)
    context = {"sessions": sessions[:MOST], "words": " ".join(words)}
    return render(request, "layout/_found.html", context)
