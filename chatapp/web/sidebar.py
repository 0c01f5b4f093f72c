"""The sidebar: a user's sessions in date groups, one keyset page at a time."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from chatapp.lib.cursors import Cursor, read_cursor
from chatapp.models import Agent, Session
from chatapp.web.requests import WebRequest

PAGE = 40
CHOSEN, YEAR = "sidebar_agent", 365 * 24 * 60 * 60


@login_required
def sidebar(request: WebRequest) -> HttpResponse:
    """A page of the list. Whose sessions were asked for is kept for the pages to come."""
    response = render(request, "sessions/_list.html", sidebar_context(request))
    if "agent" in request.GET:
        chosen = request.GET["agent"][:50]
        secure = request.is_secure()
        response.set_cookie(CHOSEN, chosen, max_age=YEAR, samesite="Lax", secure=secure)
    return response


@login_required
def row(request: WebRequest, key: str) -> HttpResponse:
    """One session's row, as it is now; empty when the session is gone, or of another agent."""
    session = Session.objects.visible_to(request.user).filter(key=key).first()
    chosen = _chosen_agent(request, list(Agent.objects.visible_to(request.user).only("key")))
    if session is None or chosen not in ("", session.agent.key):
        return HttpResponse("")
    context = {"session": session, "current": request.GET.get("current", "")}
    return render(request, "sessions/_list_item.html", context)


def sidebar_context(request: WebRequest, current: str = "") -> dict[str, Any]:
    cursor = read_cursor(request.GET.get("before", ""))
    sessions = Session.objects.visible_to(request.user).exclude(origin=Session.Origin.SUB_AGENT)
    agents = list(Agent.objects.visible_to(request.user).only("key", "name"))
    agent_key = _chosen_agent(request, agents)
    if agent_key:
        sessions = sessions.filter(agent__key=agent_key)
    pinned = [] if cursor else list(sessions.exclude(pinned_at=None).order_by("-pinned_at")[:PAGE])
    page = sessions.filter(pinned_at=None)
    if cursor:
        at, pk = cursor
        page = page.filter(Q(last_event_at__lt=at) | Q(last_event_at=at, pk__lt=pk))
    rows = list(page.order_by("-last_event_at", "-pk")[: PAGE + 1])
    return {
        "groups": _grouped(pinned, rows[:PAGE]),
        "next_page": _next_page(rows, agent_key),
        "is_next_page": cursor is not None,
        "current": current or request.GET.get("current", ""),
        "agents": agents,
        "agent_filter": agent_key,
        "sidebar_collapsed": request.COOKIES.get("sidebar") == "collapsed",
    }


def _chosen_agent(request: WebRequest, agents: Iterable[Agent]) -> str:
    """The key of the agent whose sessions are to be shown; "" for those of all."""
    asked = request.COOKIES.get(CHOSEN, "")
    # On other pages `?agent=` says who is to answer.
    if request.resolver_match and request.resolver_match.url_name == "sidebar":
        asked = request.GET.get("agent", asked)
    return asked if asked in {agent.key for agent in agents} else ""


def _grouped(pinned: list[Session], rows: Iterable[Session]) -> list[tuple[str, list[Session]]]:
    groups: dict[str, list[Session]] = {_("Pinned"): pinned} if pinned else {}
    today = timezone.localdate()
    for session in rows:
        heading = _heading(timezone.localdate(session.last_event_at), today)
        groups.setdefault(heading, []).append(session)
    return list(groups.items())


def _heading(day: date, today: date) -> str:
    if day >= today:
        return _("Today")
    if day == today - timedelta(days=1):
        return _("Yesterday")
    if day > today - timedelta(days=7):
        return _("Previous 7 days")
    return date_format(day, "F Y" if day.year != today.year else "F")


def _next_page(rows: list[Session], agent_key: str) -> str:
    if len(rows) <= PAGE:
        return ""
    last = rows[PAGE - 1]
    query = {"before": str(Cursor(last.last_event_at, last.pk))}
    if agent_key:
        query["agent"] = agent_key
    return f"{reverse('sidebar')}?{urlencode(query)}"
