"""What reviewers may look at, and the note each look leaves."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import models, transaction
from django.utils import timezone

from chatapp.models import AuditEntry, Session, User
from chatapp.services import audit

STATES = ("idle", "running", "failed")
# Loading more of what was just opened, or a file of it, is the same look.
_SAME_LOOK = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class ReviewFilter:
    """What a reviewer asked to see; empty fields ask for nothing."""

    text: str = ""
    agent: str = ""
    user: str = ""
    state: str = ""
    since: date | None = None
    until: date | None = None


def sessions_to_review(*, reviewer: User, wanted: ReviewFilter) -> "models.QuerySet[Session]":
    """Newest first. Of a date range both ends belong to it."""
    sessions = Session.objects.reviewable_by(reviewer).select_related("agent", "owner")
    if wanted.text:
        sessions = sessions.filter(name__icontains=wanted.text)
    if wanted.agent:
        sessions = sessions.filter(agent__key=wanted.agent)
    if wanted.user:
        sessions = sessions.filter(owner__username=wanted.user)
    if wanted.state in STATES:
        sessions = sessions.filter(state=wanted.state)
    if wanted.since:
        sessions = sessions.filter(last_event_at__gte=_start_of(wanted.since))
    if wanted.until:
        sessions = sessions.filter(last_event_at__lt=_start_of(wanted.until + timedelta(days=1)))
    return sessions.order_by("-last_event_at", "-pk")


def _start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


@transaction.atomic
def open_for_review(*, reviewer: User, key: str) -> Session:
    """The session, with a note of who opened it. Raises NotFound if it is not theirs to see."""
    session = Session.objects.access_to_review(reviewer, key)
    _note(reviewer, session)
    return session


@transaction.atomic
def read_on(*, reviewer: User, key: str) -> Session:
    """The session for more of it: noted only if it was not opened a short while ago."""
    session = Session.objects.access_to_review(reviewer, key)
    note_look(reviewer=reviewer, session=session)
    return session


@transaction.atomic
def note_look(*, reviewer: User, session: Session) -> None:
    """For what shows something of a session elsewhere than in the review desk."""
    recent = AuditEntry.objects.filter(
        actor=reviewer,
        action="session.read",
        object_type="session",
        object_key=session.key,
        created_at__gt=timezone.now() - _SAME_LOOK,
    )
    if not recent.exists():
        _note(reviewer, session)


def _note(reviewer: User, session: Session) -> None:
    audit.record(
        actor=reviewer,
        action="session.read",
        object_type="session",
        object_key=session.key,
        detail={"owner": session.owner.username},
    )
