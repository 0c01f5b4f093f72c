"""The review desk: every session, for reviewers to read. Each look leaves an audit entry.

The one thing to change here is for administrators: to bring back what was hidden.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import wraps
from itertools import groupby
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_GET, require_POST

from chatapp.errors import InvalidInput, NotAllowed, NotFound
from chatapp.lib.cursors import Cursor, read_cursor
from chatapp.models import Agent, Event, Session, Turn
from chatapp.render import render_event
from chatapp.services import compactions
from chatapp.services.events import unhide_event
from chatapp.services.reviews import (
    STATES,
    ReviewFilter,
    open_for_review,
    read_on,
    sessions_to_review,
)
from chatapp.web.requests import WebRequest

ROWS = 50
EVENTS = 200
View = Callable[..., HttpResponse]


class FilterForm(forms.Form):
    """The filters of the list, which are also its URL."""

    q = forms.CharField(required=False, max_length=200)
    agent = forms.CharField(required=False, max_length=50)
    user = forms.CharField(required=False, max_length=150)
    state = forms.ChoiceField(required=False, choices=[("", ""), *((s, s) for s in STATES)])
    since = forms.DateField(required=False)
    until = forms.DateField(required=False)

    @property
    def wanted(self) -> ReviewFilter:
        """What is well-formed of it; the form itself tells of the rest."""
        self.is_valid()
        given = {"text" if name == "q" else name: v for name, v in self.cleaned_data.items() if v}
        return ReviewFilter(**given)


def reviewers_only(view: View) -> View:
    """To all others the desk does not exist."""

    @wraps(view)
    @login_required
    def checked(request: WebRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_reviewer:
            raise NotFound
        return view(request, *args, **kwargs)

    return checked


@require_GET
@reviewers_only
def review_list(request: WebRequest) -> HttpResponse:
    form = FilterForm(request.GET)
    sessions = sessions_to_review(reviewer=request.user, wanted=form.wanted)
    cursor = read_cursor(request.GET.get("before", ""))
    rows = list(_after(sessions, cursor)[: ROWS + 1])
    filters = _filters(request.GET)
    context: dict[str, Any] = {
        "rows": rows[:ROWS],
        "filters": filters.urlencode(),
        "next_page": _next_page(rows, filters),
    }
    if request.htmx:
        return render(request, "review/_rows.html", context)
    agents = Agent.objects.order_by("name").values_list("key", "name")
    context |= {"form": form, "agents": agents, "states": STATES}
    return render(request, "review/list.html", context)


def _filters(query: QueryDict) -> QueryDict:
    filters = QueryDict(mutable=True)
    for name in FilterForm.base_fields:
        if query.get(name):
            filters[name] = query.get(name, "")
    return filters


def _next_page(rows: list[Session], filters: QueryDict) -> str:
    if len(rows) <= ROWS:
        return ""
    query = filters.copy()
    query["before"] = str(_place(rows[ROWS - 1]))
    return f"{reverse('review')}?{query.urlencode()}"


def _place(session: Session) -> Cursor:
    return Cursor(session.last_event_at, session.pk)


def _after(sessions: "QuerySet[Session]", cursor: Cursor | None) -> "QuerySet[Session]":
    if cursor is None:
        return sessions
    at, pk = cursor
    return sessions.filter(Q(last_event_at__lt=at) | Q(last_event_at=at, pk__lt=pk))


def _before(sessions: "QuerySet[Session]", cursor: Cursor) -> "QuerySet[Session]":
    at, pk = cursor
    newer = sessions.filter(Q(last_event_at__gt=at) | Q(last_event_at=at, pk__gt=pk))
    return newer.order_by("last_event_at", "pk")


@require_GET
@reviewers_only
def review_session(request: WebRequest, key: str) -> HttpResponse:
    """One session from its latest events; `?before=<seq>` gives earlier ones, for htmx."""
    if "before" in request.GET:
        return _earlier(request, key)
    session = open_for_review(reviewer=request.user, key=key)
    filters = _filters(request.GET)
    sessions = sessions_to_review(reviewer=request.user, wanted=FilterForm(filters).wanted)
    context = {
        "session": session,
        "artifacts": session.artifacts.alive(),
        "turn_count": session.turns.count(),
        "filters": filters.urlencode(),
        "newer": _before(sessions, _place(session)).first(),
        "older": _after(sessions, _place(session)).first(),
        "staff": True,
        **_transcript(session, session.last_seq + 1),
    }
    return render(request, "review/detail.html", context)


def _earlier(request: WebRequest, key: str) -> HttpResponse:
    before = request.GET["before"]
    if not before.isdecimal() or len(before) > 18:
        raise InvalidInput("`before` must be a number.")
    session = read_on(reviewer=request.user, key=key)
    context = {"session": session, **_transcript(session, int(before))}
    return render(request, "review/_transcript.html", context)


def _transcript(session: Session, before: int) -> dict[str, Any]:
    """The events before a seq, in the turns they belong to."""
    events = Event.objects.filter(session=session, seq__lt=before).order_by("-seq")
    rows = list(events[: EVENTS + 1])
    shown = rows[EVENTS - 1 :: -1] if len(rows) > EVENTS else rows[::-1]
    first = shown[0].seq if len(rows) > EVENTS else 0
    return {"turns": list(_by_turn(session, shown)), "first_seq": first}


def _by_turn(session: Session, events: Iterable[Event]) -> Iterable[dict[str, Any]]:
    events = list(events)
    ids = {event.turn_id for event in events if event.turn_id}
    turns = Turn.objects.filter(pk__in=ids).select_related("agent_version").in_bulk()
    for turn_id, group in groupby(events, key=lambda event: event.turn_id):
        yield {
            # Its line stands above the first of its events only.
            "turn": turns.pop(turn_id, None) if turn_id else None,
            "runs": [
                _run(session, reason, run)
                for reason, run in groupby(group, key=lambda event: event.hidden_reason)
            ],
        }


def _run(session: Session, reason: str, events: Iterable[Event]) -> dict[str, Any]:
    """Events in a row that are all shown, or all hidden for the same reason."""
    rows = [(event, _card(session, event)) for event in events]
    html = mark_safe("\n".join(card for _event, card in rows))
    return {"reason": reason, "events": rows, "html": html}


def _card(session: Session, event: Event) -> SafeString:
    frame = event.frame(session.key)
    if frame.hidden_reason == compactions.REASON:
        # These stand together under one line that says so.
        frame = replace(frame, hidden_reason="")
    return mark_safe(render_event(frame, staff=True))


@require_POST
@reviewers_only
def unhide(request: WebRequest, key: str, event_key: str) -> HttpResponse:
    """Bring back an event that was hidden: users and models see it again."""
    if not request.user.is_admin:
        raise NotAllowed("Only administrators bring back what was hidden.")
    session = read_on(reviewer=request.user, key=key)
    event = unhide_event(session=session, key=event_key, actor=request.user)
    if request.htmx:
        return HttpResponse(_card(session, event))
    return HttpResponseRedirect(reverse("review-session", args=[key]))
