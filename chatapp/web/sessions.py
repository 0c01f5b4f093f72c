"""A session as a page, and what one can do with it as a whole."""

import hashlib
import json
import uuid
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from chatapp.errors import ChatappError, InvalidInput
from chatapp.events.frames import EventFrame
from chatapp.lib.filetypes import ACCEPTED
from chatapp.models import Agent, Event, Session, Turn
from chatapp.render import render_events
from chatapp.services.artifacts import add_artifact
from chatapp.services.feedback import thumbs_of
from chatapp.services.idempotency import answer_once
from chatapp.services.inputs import submit_message
from chatapp.services.rate_limits import spend
from chatapp.services.sessions import (
    create_session,
    delete_session,
    mark_read,
    set_pinned,
    undelete_session,
    update_session,
)
from chatapp.web.forms import MessageForm, metadata_fields, metadata_from
from chatapp.web.requests import WebRequest
from chatapp.web.sidebar import sidebar_context

PAGE = 60


@login_required
@require_http_methods(["GET", "POST"])
def new_session(request: WebRequest) -> HttpResponse:
    """The empty page; a POST with the first message or file makes the session."""
    agents = list(Agent.objects.visible_to(request.user).filter(enabled=True))
    agent = _chosen_agent(request, agents)
    if request.method == "POST" and agent:
        try:
            return _create(request, agent)
        except ChatappError as exc:
            return _new_page(request, agents, agent, exc, exc.status)
    return _new_page(request, agents, agent)


def _create(request: WebRequest, agent: Agent) -> HttpResponse:
    """Start the session, once for each `client_id`, however often the form comes."""
    form = MessageForm(request.POST)
    only_files = bool(request.FILES) or request.POST.get("create") == "empty"
    if not form.is_valid() and not only_files:
        raise InvalidInput(form.first_error)
    spend(f"send:{request.user.pk}", settings.SENDS_PER_MINUTE)
    client_id = form.cleaned_data.get("client_id") if form.is_valid() else None
    if not client_id:
        return go_to(request, _start(request, agent, form))
    asked = f"{agent.key} {form.cleaned_data['content']}"
    key, _ = answer_once(
        owner=request.user,
        key=f"start {client_id}",
        fingerprint=hashlib.sha256(asked.encode()).hexdigest(),
        work=lambda: _start(request, agent, form).key,
    )
    return go_to(request, Session.objects.access(request.user, key))


@transaction.atomic
def _start(request: WebRequest, agent: Agent, form: MessageForm) -> Session:
    """The session with its files and its first message: all, or nothing of it."""
    metadata = metadata_from(request.POST, agent.metadata_schema)
    session = create_session(agent=agent, owner=request.user, metadata=metadata)
    for file in request.FILES.getlist("files")[: settings.MAX_FILES_PER_UPLOAD]:
        add_artifact(
            session=session, file=file, filename=file.name or "", mime_type=file.content_type or ""
        )
    if form.is_valid():
        submit_message(
            session=session,
            author=request.user,
            body=form.body,
            client_id=form.cleaned_data["client_id"],
        )
    return session


def go_to(request: WebRequest, session: Session) -> HttpResponse:
    url = reverse("session", args=[session.key])
    if request.headers.get("X-Requested-With") == "fetch":
        return JsonResponse({"key": session.key, "url": url}, status=201)
    if request.htmx:
        response = HttpResponse(status=201)
        response.headers["HX-Trigger"] = "sidebar-changed"
        response.headers["HX-Location"] = f'{{"path": "{url}", "target": "#main"}}'
        return response
    return HttpResponseRedirect(url)


def _chosen_agent(request: WebRequest, agents: list[Agent]) -> Agent | None:
    """The one asked for, else the one used last, else the first."""
    asked = request.POST.get("agent") or request.GET.get("agent")
    by_key = {agent.key: agent for agent in agents}
    if asked in by_key:
        return by_key[asked]
    last = Session.objects.visible_to(request.user).filter(agent__in=agents).first()
    return last.agent if last else next(iter(agents), None)


def _new_page(
    request: WebRequest,
    agents: list[Agent],
    agent: Agent | None,
    error: ChatappError | None = None,
    status: int = 200,
) -> HttpResponse:
    fields = metadata_fields(
        agent.metadata_schema if agent else {},
        metadata_from(request.POST, agent.metadata_schema) if agent and error else {},
        getattr(error, "field_errors", {}),
        at_start=True,
    )
    context = {
        "agents": agents,
        "agent": agent,
        "starters": [_starter(starter) for starter in (agent.starters if agent else [])[:4]],
        "fields": fields,
        "error": error,
        "form": MessageForm(request.POST) if error else MessageForm(),
        "send_url": reverse("new-session"),
        "is_first_visit": not request.user.sessions.exists(),
        **composer_limits(),
    }
    return _page(request, "sessions/new.html", "sessions/_new.html", context, status)


def _starter(starter: Any) -> dict[str, str]:
    """A starter is a text, or an object with a title for its message."""
    if isinstance(starter, dict):
        message = str(starter.get("message", ""))
        return {"title": str(starter.get("title") or message), "message": message}
    return {"title": str(starter), "message": str(starter)}


@login_required
@require_GET
def session_page(request: WebRequest, key: str) -> HttpResponse:
    session = Session.objects.access(request.user, key)
    mark_read(session=session, seq=session.last_seq)
    return _page(
        request, "sessions/session.html", "sessions/_session.html", session_context(session)
    )


def session_context(session: Session) -> dict[str, Any]:
    events = list(session.events.order_by("-seq")[: PAGE + 1])
    frames = [event.frame(session.key) for event in reversed(events[:PAGE])]
    turns = list(session.turns.active())
    version = session.agent.versions.first()
    return {
        "session": session,
        "agent": session.agent,
        "agent_version": version.number if version else None,
        "events": render_events(frames, hide_thinking=hides_thinking(session)),
        "older_url": _older_url(session, frames) if len(events) > PAGE else "",
        "last_seq": frames[-1].seq if frames else 0,
        "artifact_count": session.artifacts.alive().count(),
        "queued": [turn for turn in turns if turn.input_seq is None],
        "chips": session.artifacts.alive().filter(announced=False),
        "thumbs": json.dumps(thumbs_of(session, session.owner)),
        "run": _run(turns),
        "send_url": reverse("session-send", args=[session.key]),
        **composer_limits(),
    }


def composer_limits() -> dict[str, Any]:
    return {
        "client_id": uuid.uuid4().hex,
        "max_upload_bytes": settings.MAX_UPLOAD_BYTES,
        "accepted_types": ACCEPTED,
    }


def hides_thinking(session: Session) -> bool:
    return session.agent.show_thinking == Agent.ShowThinking.HIDDEN


def _run(turns: list[Turn]) -> dict[str, Any] | None:
    active = next((turn for turn in turns if turn.input_seq is not None), None)
    if active is None:
        return None
    since = (active.started_at or active.created_at).timestamp()
    return {"state": "thinking", "label": "Working", "since": since, "turn": active.pk}


def _older_url(session: Session, frames: list[EventFrame]) -> str:
    query = urlencode({"before": frames[0].seq})
    return f"{reverse('session-older', args=[session.key])}?{query}"


@login_required
@require_GET
def older_events(request: WebRequest, key: str) -> HttpResponse:
    """The page of events before a seq, for the top of the transcript."""
    session = Session.objects.access(request.user, key)
    before = request.GET.get("before", "")
    if not before.isdecimal() or len(before) > 18:
        raise InvalidInput("`before` must be a number.")
    rows = list(
        Event.objects.filter(session=session, seq__lt=int(before)).order_by("-seq")[: PAGE + 1]
    )
    frames = [event.frame(session.key) for event in reversed(rows[:PAGE])]
    context = {
        "session": session,
        "events": render_events(frames, hide_thinking=hides_thinking(session)),
        "older_url": _older_url(session, frames) if len(rows) > PAGE else "",
    }
    return render(request, "sessions/_older.html", context)


@login_required
@require_POST
def rename(request: WebRequest, key: str) -> HttpResponse:
    session = Session.objects.access(request.user, key)
    update_session(session=session, name=request.POST.get("name", ""))
    return _done(request, session)


@login_required
@require_GET
def title(request: WebRequest, key: str) -> HttpResponse:
    """The name as it is now: another tab, or the first message, may have changed it."""
    session = Session.objects.access(request.user, key)
    return HttpResponse(session.name, content_type="text/plain; charset=utf-8")


@login_required
@require_POST
def pin(request: WebRequest, key: str) -> HttpResponse:
    """Pin, or unpin what is pinned."""
    session = Session.objects.access(request.user, key)
    set_pinned(session=session, pinned=session.pinned_at is None)
    response = _done(request, session)
    response.headers["HX-Trigger"] = "sidebar-changed"
    return response


@login_required
@require_POST
def delete(request: WebRequest, key: str) -> HttpResponse:
    """At once, and with an undo: nobody is asked whether they are sure."""
    session = Session.objects.access(request.user, key)
    delete_session(session=session)
    if not request.htmx:
        return HttpResponseRedirect(reverse("new-session"))
    context = {"session": session}
    response = render(request, "sessions/_deleted_toast.html", context)
    response.headers["HX-Trigger"] = f'{{"session-deleted": {{"key": "{session.key}"}}}}'
    return response


@login_required
@require_POST
def undelete(request: WebRequest, key: str) -> HttpResponse:
    """It is in the list again, and open again unless another one is being read."""
    session = undelete_session(owner=request.user, key=key)
    if request.htmx and "/s/" in (request.htmx.current_url or ""):
        return HttpResponse(status=204, headers={"HX-Trigger": "sidebar-changed"})
    return go_to(request, session)


def _done(request: WebRequest, session: Session) -> HttpResponse:
    if request.htmx or request.headers.get("X-Requested-With") == "fetch":
        return HttpResponse(status=204)
    return HttpResponseRedirect(reverse("session", args=[session.key]))


def _page(
    request: WebRequest, page: str, fragment: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """The whole page, or for htmx the fragment it is made of."""
    is_fragment = bool(request.htmx) and not request.htmx.history_restore_request
    context["is_fragment"] = is_fragment
    if is_fragment:
        return render(request, fragment, context, status=status)
    current = context["session"].key if "session" in context else ""
    return render(request, page, {**sidebar_context(request, current), **context}, status=status)
