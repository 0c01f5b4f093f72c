"""Send, queue, stop and try again. What comes of it arrives by the socket."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from chatapp.errors import Conflict, InvalidInput
from chatapp.models import Session
from chatapp.services.artifacts import add_artifact
from chatapp.services.inputs import (
    edit_queued,
    remove_queued,
    retry_turn,
    steer_queued,
    submit_message,
)
from chatapp.services.rate_limits import spend
from chatapp.services.turns import request_cancel
from chatapp.web.forms import MessageForm
from chatapp.web.requests import WebRequest


@login_required
@require_POST
def send(request: WebRequest, key: str) -> HttpResponse:
    """Take the composer's message, with files when there is no script to send them ahead."""
    session = Session.objects.access(request.user, key)
    form = MessageForm(request.POST)
    if not form.is_valid():
        raise InvalidInput(form.first_error, {"content": form.first_error})
    spend(f"send:{request.user.pk}", settings.SENDS_PER_MINUTE)
    for file in request.FILES.getlist("files"):
        add_artifact(
            session=session, file=file, filename=file.name or "", mime_type=file.content_type or ""
        )
    submission = submit_message(
        session=session,
        author=request.user,
        body=form.body,
        client_id=form.cleaned_data["client_id"],
        steers=form.cleaned_data["steers"],
    )
    response = _accepted(request, session)
    if submission.turn.input_seq is None:
        # It stands in the queue until its turn comes, so no page need show it elsewhere.
        response.headers["X-Queued"] = "true"
    return response


@login_required
@require_POST
def stop(request: WebRequest, key: str) -> HttpResponse:
    session = Session.objects.access(request.user, key)
    request_cancel(session=session, actor=request.user)
    return _accepted(request, session)


@login_required
@require_POST
def retry(request: WebRequest, key: str) -> HttpResponse:
    """Ask the last message again."""
    session = Session.objects.access(request.user, key)
    spend(f"send:{request.user.pk}", settings.SENDS_PER_MINUTE)
    retry_turn(session=session, author=request.user, client_id=request.POST.get("client_id"))
    return _accepted(request, session)


@login_required
@require_GET
def queue(request: WebRequest, key: str) -> HttpResponse:
    """The messages that wait, for all tabs to show the same."""
    session = Session.objects.access(request.user, key)
    waiting = session.turns.active().filter(input_seq=None)
    return render(request, "sessions/_queue.html", {"session": session, "queued": waiting})


@login_required
@require_http_methods(["GET", "POST"])
def queued(request: WebRequest, key: str, turn_id: int) -> HttpResponse:
    """The form of a waiting message; a POST changes it."""
    session = Session.objects.access(request.user, key)
    template = "sessions/_queued_form.html"
    turn = session.turns.active().filter(pk=turn_id, input_seq=None).first()
    if turn is None:
        raise Conflict("This message is already being answered.")
    if request.method == "POST":
        turn = edit_queued(
            session=session, turn_id=turn_id, content=request.POST.get("content", "")
        )
        template = "sessions/_queued.html"
    response = render(request, template, {"session": session, "turn": turn})
    if request.method == "POST":
        # While it was being edited the page has let the queue be.
        response.headers["HX-Trigger-After-Swap"] = "queue-changed"
    return response


@login_required
@require_POST
def send_now(request: WebRequest, key: str, turn_id: int) -> HttpResponse:
    """Let a waiting message join the answer that is being made."""
    session = Session.objects.access(request.user, key)
    turn = steer_queued(session=session, turn_id=turn_id)
    return render(request, "sessions/_queued.html", {"session": session, "turn": turn})


@login_required
@require_POST
def remove_from_queue(request: WebRequest, key: str, turn_id: int) -> HttpResponse:
    session = Session.objects.access(request.user, key)
    remove_queued(session=session, turn_id=turn_id)
    return HttpResponse("")


def _accepted(request: WebRequest, session: Session) -> HttpResponse:
    if not request.htmx and request.headers.get("X-Requested-With") != "fetch":
        return HttpResponseRedirect(reverse("session", args=[session.key]))
    return HttpResponse(status=202)
