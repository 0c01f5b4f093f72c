"""Schedules: kept, and run when their time has come, each run in a session of its own."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from chatapp.errors import ChatappError, Conflict, InvalidInput
from chatapp.events.bodies import InputMessage
from chatapp.lib.keys import key_from_name
from chatapp.lib.timing import next_time
from chatapp.models import Agent, Schedule, ScheduleExecution, Session, User
from chatapp.services.inputs import submit_message
from chatapp.services.metadata import check_metadata
from chatapp.services.sessions import create_session


@transaction.atomic
def create_schedule(*, agent: Agent, owner: User, key: str | None, **fields: Any) -> Schedule:
    """Add a schedule. Raises InvalidInput for a time that never comes."""
    schedule = Schedule(
        agent=agent, owner=owner, key=key or key_from_name("sch", fields["name"]), **fields
    )
    _plan(schedule)
    try:
        with transaction.atomic():
            schedule.save()
    except IntegrityError as exc:
        raise Conflict(f"There is a schedule with the key {key!r} already.") from exc
    return schedule


@transaction.atomic
def update_schedule(*, schedule: Schedule, changes: Mapping[str, Any]) -> Schedule:
    for name, value in changes.items():
        setattr(schedule, name, value)
    if "timing" in changes or "enabled" in changes or "session_metadata" in changes:
        _plan(schedule)
    schedule.save()
    return schedule


def delete_schedule(*, schedule: Schedule) -> None:
    """What its runs made stays."""
    schedule.delete()


def _plan(schedule: Schedule) -> None:
    check_metadata(schedule.session_metadata, schedule.agent.metadata_schema)
    try:
        first = next_time(schedule.timing, timezone.now())
    except ValueError as exc:
        raise InvalidInput(str(exc), {"schedule": str(exc)}) from exc
    schedule.next_run_at = first if schedule.enabled else None


def run_due_schedules(*, now: datetime | None = None, limit: int = 100) -> int:
    """Run what is due: once each, however many processes look. Returns how many were run."""
    now = now or timezone.now()
    due = Schedule.objects.filter(enabled=True, next_run_at__lte=now).order_by("next_run_at")
    return sum(run_schedule(schedule, now) for schedule in due.select_related("agent")[:limit])


def run_schedule(schedule: Schedule, now: datetime) -> bool:
    """Run it unless another process has. Missed times are made up for once, not one by one."""
    following = next_time(schedule.timing, now)
    mine = Schedule.objects.filter(pk=schedule.pk, enabled=True, next_run_at=schedule.next_run_at)
    if not mine.update(next_run_at=following, last_run_at=now):
        return False
    session, error = None, ""
    try:
        session = _start(schedule)
    except ChatappError as exc:
        error = exc.message
    _record(schedule, now, session, error)
    return True


@transaction.atomic
def _start(schedule: Schedule) -> Session:
    agent = Agent.objects.access(schedule.owner, schedule.agent.key)
    session = create_session(
        agent=agent,
        owner=schedule.owner,
        name=schedule.name,
        metadata=schedule.session_metadata,
        origin=Session.Origin.SCHEDULE,
    )
    body = InputMessage.model_validate({"messages": schedule.message})
    submit_message(session=session, author=schedule.owner, body=body)
    return session


@transaction.atomic
def _record(schedule: Schedule, now: datetime, session: Session | None, error: str) -> None:
    kind = ScheduleExecution.Status
    schedule.executions.create(
        run_id=f"run_{secrets.token_hex(12)}",
        session=session,
        status=kind.ERROR if error else kind.SUCCESS,
        error_message=error,
        executed_at=now,
    )
    kept = schedule.executions.order_by("-pk").values_list("pk", flat=True)
    old = list(kept[schedule.max_executions_to_keep :][:1000])
    schedule.executions.filter(pk__in=old).delete()
