"""What one can do with sessions: start, rename, pin, change metadata, delete and bring back."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models.functions import Cast, Least, Now
from django.utils import timezone

from chatapp.bus import bus, session_topic, user_topic
from chatapp.errors import Conflict, InvalidInput, NotFound
from chatapp.events.frames import NoticeFrame, RowFrame
from chatapp.lib.keys import key_from_name
from chatapp.models import Agent, Artifact, Session, Turn, User
from chatapp.services import audit
from chatapp.services.artifacts import purge_blobs
from chatapp.services.idempotency import forget_answers
from chatapp.services.metadata import check_metadata, check_untouched
from chatapp.services.references import check_references

UNNAMED = "New session"
_LONGEST_TTI = 10 * 365 * 24 * 60


def create_session(
    *,
    agent: Agent,
    owner: User,
    key: str | None = None,
    name: str | None = None,
    description: str = "",
    metadata: Mapping[str, Any] | None = None,
    enabled: bool = True,
    tti_minutes: int = 0,
    parent: Session | None = None,
    origin: str = Session.Origin.WEB,
) -> Session:
    """Start a session. Without a key one is made from the name; without a name, the first
    message will give one. Raises Conflict when the key is taken, and Unprocessable when the
    agent's tools refer to metadata that is not there."""
    metadata = dict(metadata or {})
    check_metadata(metadata, agent.metadata_schema)
    if key is not None:
        check_key(key)
    name = clean_name(name) if name else ""
    session = Session(
        key=key or key_from_name("ase", name),
        agent=agent,
        owner=owner,
        name=name or UNNAMED,
        name_is_generated=not name,
        description=description,
        metadata=metadata,
        enabled=enabled,
        tti_minutes=check_tti(tti_minutes),
        parent=parent,
        origin=origin,
        effective_compaction=agent.compaction,
        last_event_at=timezone.now(),
    )
    check_references(agent, session)
    try:
        with transaction.atomic():
            session.save()
            bus.publish_on_commit(user_topic(owner.pk), RowFrame(session.key))
    except IntegrityError as exc:
        raise Conflict(f"There is a session with the key {key!r} already.") from exc
    return session


def check_key(key: str) -> None:
    if not re.fullmatch(r"[0-9a-zA-Z_-]{1,50}", key):
        raise InvalidInput(
            "A key has 1 to 50 letters, digits, _ or -.", {"key": "1 to 50 of [0-9a-zA-Z_-]."}
        )


def check_tti(minutes: int) -> int:
    if not 0 <= minutes <= 2**53:
        raise InvalidInput("tti_minutes must be 0 or more.", {"tti_minutes": "0 or more."})
    return minutes


def clean_name(name: str) -> str:
    name = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    if not name:
        raise InvalidInput("A session needs a name.", {"name": "Write a name."})
    if len(name) > 200:
        raise InvalidInput("The name is too long.", {"name": "At most 200 characters."})
    return name


@transaction.atomic
def update_session(*, session: Session, **changes: Any) -> Session:
    """Change name, description, enabled or tti_minutes."""
    if "name" in changes:
        changes["name"], changes["name_is_generated"] = clean_name(changes["name"]), False
    if "tti_minutes" in changes:
        check_tti(changes["tti_minutes"])
    for field, value in changes.items():
        setattr(session, field, value)
    session.save(update_fields=[*changes, "updated_at"])
    _tell(session)
    return session


@transaction.atomic
def set_metadata(
    *, session: Session, metadata: Mapping[str, Any], actor: User, version: int | None = None
) -> Session:
    """Replace the metadata; agents see it from the next turn on.

    With `version` given, a change somebody else made meanwhile is a Conflict. Fields that are the
    operator's are changed by administrators alone.
    """
    metadata = dict(metadata)
    check_metadata(metadata, session.agent.metadata_schema)
    locked = Session.objects.alive().select_for_update().filter(pk=session.pk).first()
    if locked is None:
        raise NotFound("Session not found.", missing_id=session.key)
    if version is not None and version != locked.metadata_version:
        raise Conflict("Somebody else has changed the metadata. Look at it again.")
    before = locked.metadata
    if not actor.is_admin:
        check_untouched(before, metadata, session.agent.metadata_schema)
    if before != metadata:
        locked.metadata, locked.metadata_version = metadata, locked.metadata_version + 1
        locked.save(update_fields=["metadata", "metadata_version", "updated_at"])
        audit.record(
            actor=actor,
            action="session.metadata",
            object_type="session",
            object_key=session.key,
            detail={"changes": _differences(before, metadata)},
        )
        _tell(session)
    session.metadata, session.metadata_version = locked.metadata, locked.metadata_version
    return session


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    keys = sorted(before.keys() | after.keys())
    return {
        key: [before.get(key), after.get(key)] for key in keys if before.get(key) != after.get(key)
    }


@transaction.atomic
def set_pinned(*, session: Session, pinned: bool) -> None:
    session.pinned_at = timezone.now() if pinned else None
    session.save(update_fields=["pinned_at"])
    bus.publish_on_commit(user_topic(session.owner_id), RowFrame(session.key))


def mark_read(*, session: Session, seq: int) -> None:
    rows = Session.objects.filter(pk=session.pk, read_seq__lt=seq)
    if rows.update(
        read_seq=models.Case(
            models.When(last_seq__lt=seq, then=models.F("last_seq")), default=models.Value(seq)
        )
    ):
        bus.publish(user_topic(session.owner_id), RowFrame(session.key))


@transaction.atomic
def delete_session(*, session: Session) -> None:
    """Put a session away. Its turns are cancelled; `undelete_session` brings it back."""
    Session.objects.filter(pk=session.pk).update(deleted_at=timezone.now())
    active = session.turns.active()
    running = list(active.filter(status=Turn.Status.RUNNING).values_list("pk", flat=True))
    active.update(
        status=Turn.Status.CANCELLED, reason="deleted", finished_at=timezone.now(), draft={}
    )
    for turn_id in running:
        bus.cancel(turn_id)
    for child in sub_agent_sessions(session).filter(deleted_at=None):
        delete_session(session=child)
    bus.publish_on_commit(session_topic(session.pk), NoticeFrame("deleted"))
    bus.publish_on_commit(user_topic(session.owner_id), RowFrame(session.key))


def sub_agent_sessions(parent: Session) -> "models.QuerySet[Session]":
    """What works for this session, and goes with it."""
    return Session.objects.filter(parent=parent, origin=Session.Origin.SUB_AGENT)


@transaction.atomic
def undelete_session(*, owner: User, key: str) -> Session:
    session = Session.objects.filter(owner=owner, key=key).exclude(deleted_at=None).first()
    if session is None:
        raise NotFound("Session not found.", missing_id=key)
    sub_agent_sessions(session).filter(deleted_at__gte=session.deleted_at).update(deleted_at=None)
    session.deleted_at, session.state = None, "idle"
    session.save(update_fields=["deleted_at", "state"])
    bus.publish_on_commit(user_topic(owner.pk), RowFrame(session.key))
    return session


@transaction.atomic
def purge_sessions(sessions: "models.QuerySet[Session]") -> int:
    """Delete for good: rows and bytes. Whoever still works on them finds nothing."""
    rows = list(sessions.values_list("pk", "key", "owner_id"))
    ids, keys = [pk for pk, _, _ in rows], [key for _, key, _ in rows]
    children = Session.objects.filter(parent__in=ids, origin=Session.Origin.SUB_AGENT)
    if children.exists():
        purge_sessions(children)
    for session in Session.objects.filter(pk__in=ids, deleted_at=None):
        delete_session(session=session)
    audit.forget_contents(object_type="session", object_keys=keys)
    forget_answers(owner_ids={owner_id for _, _, owner_id in rows}, keys=keys)
    purge_blobs(Artifact.objects.filter(session__in=ids))
    Session.objects.filter(pk__in=ids).delete()
    return len(ids)


def idle_sessions() -> "models.QuerySet[Session]":
    """Sessions whose `tti_minutes` have passed since anything happened in them."""
    # Capped, since no database adds 2**53 minutes to a date; SQLite multiplies plain integers only.
    minutes = Cast(Least("tti_minutes", _LONGEST_TTI), models.IntegerField())
    time = models.ExpressionWrapper(
        minutes * timedelta(minutes=1), output_field=models.DurationField()
    )
    idle_since = models.ExpressionWrapper(
        models.F("last_event_at") + time, output_field=models.DateTimeField()
    )
    quiet = Session.objects.alive().filter(tti_minutes__gt=0).exclude(state="running")
    return quiet.annotate(idle_at=idle_since).filter(idle_at__lt=Now())


def tombstones() -> "models.QuerySet[Session]":
    """Deleted sessions whose time for an undo has passed."""
    return Session.objects.filter(
        deleted_at__lt=timezone.now() - timedelta(days=settings.RETENTION_DAYS_DELETED)
    )


def _tell(session: Session) -> None:
    bus.publish_on_commit(session_topic(session.pk), NoticeFrame("session"))
    bus.publish_on_commit(user_topic(session.owner_id), RowFrame(session.key))
