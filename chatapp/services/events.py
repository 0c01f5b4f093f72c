"""Append to a session's log, and hide from it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import models, transaction
from django.utils import timezone

from chatapp.bus import bus, session_topic
from chatapp.errors import NotFound
from chatapp.events.bodies import EventBody
from chatapp.events.frames import EventFrame, NoticeFrame
from chatapp.models import Event, Session, Turn, User
from chatapp.services import audit


@dataclass(frozen=True, slots=True)
class Fence:
    """What a runner shows to prove that the turn is still its own."""

    turn_id: int
    attempt: int


class LostTurn(Exception):
    """The turn was taken over, ended or deleted: whoever sees this writes nothing more."""


@transaction.atomic
def append_events(
    *,
    session: Session,
    bodies: Sequence[EventBody],
    turn_id: int | None = None,
    fence: Fence | None = None,
) -> list[EventFrame]:
    """Store bodies as the session's next events; their frames leave on commit.

    The session's row is locked until the commit, so that seqs become visible in order and without
    holes. Raises LostTurn if the fence no longer stands, and NotFound if the session was deleted.
    """
    rows = Session.objects.alive().filter(pk=session.pk)
    last_seq = rows.select_for_update().values_list("last_seq", flat=True).first()
    if last_seq is None:
        raise LostTurn if fence else NotFound("Session not found.", missing_id=session.key)
    # Asked once the lock is held: in one statement with it, PostgreSQL would answer as of before.
    if fence is not None and not standing(fence).exists():
        raise LostTurn
    now, last_seq = timezone.now(), last_seq + len(bodies)
    rows.update(last_seq=last_seq, last_event_at=now, updated_at=now)
    events = Event.objects.bulk_create(
        Event(
            session_id=session.pk,
            seq=last_seq - len(bodies) + place,
            turn_id=turn_id or (fence.turn_id if fence else None),
            type=body.type,
            body=body.model_dump(mode="json"),
            created_at=now,
        )
        for place, body in enumerate(bodies, start=1)
    )
    frames = [event.frame(session.key) for event in events]
    bus.publish_on_commit(session_topic(session.pk), *frames)
    return frames


def standing(fence: Fence) -> "models.QuerySet[Turn]":
    return Turn.objects.filter(pk=fence.turn_id, attempt=fence.attempt, status=Turn.Status.RUNNING)


@transaction.atomic
def hide_event(*, session: Session, key: str, actor: User, reason: str = "manual") -> Event:
    """Take an event out of sight and out of the model's history. It stays in the log."""
    event = _event(session, key)
    event.hidden_reason, event.hidden_by, event.hidden_at = reason, actor.username, timezone.now()
    event.save(update_fields=["hidden_reason", "hidden_by", "hidden_at"])
    _note_change(session, event, actor, "hide")
    return event


@transaction.atomic
def unhide_event(*, session: Session, key: str, actor: User) -> Event:
    event = _event(session, key)
    event.hidden_reason, event.hidden_by, event.hidden_at = "", "", None
    event.save(update_fields=["hidden_reason", "hidden_by", "hidden_at"])
    _note_change(session, event, actor, "unhide")
    return event


@transaction.atomic
def erase_event(*, session: Session, key: str, actor: User) -> None:
    """Remove an event for good. Its seq is not given again: who reads the log sees a hole."""
    event = _event(session, key)
    event.delete()
    _note_change(session, event, actor, "delete")


def _event(session: Session, key: str) -> Event:
    event = Event.objects.filter(session=session, key=key).first()
    if event is None:
        raise NotFound("Event not found.", missing_id=key)
    return event


def _note_change(session: Session, event: Event, actor: User, action: str) -> None:
    audit.record(
        actor=actor,
        action=f"event.{action}",
        object_type="session",
        object_key=session.key,
        detail={"event": event.key, "type": event.type},
    )
    bus.publish_on_commit(session_topic(session.pk), NoticeFrame("events", event.key))
