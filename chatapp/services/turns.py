"""The life of a turn: claimed, renewed, cancelled, finished.

The row is the truth. A runner owns a turn while its `attempt` stands and its lease runs; every
write of a runner is conditional on that (`Fence`), so that a runner believed dead, waking up
late, changes nothing. The transaction that ends a turn queues the session's next one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Now
from django.utils import timezone

from chatapp.bus import bus
from chatapp.events.bodies import EventBody, SessionInterrupted, TurnFailed
from chatapp.events.frames import NoticeFrame
from chatapp.models import Session, Turn, User
from chatapp.services.events import Fence, LostTurn, append_events, standing
from chatapp.services.inputs import store_input
from chatapp.services.session_state import lock_session, set_state, tell, tell_turn

Status = Turn.Status


@dataclass(frozen=True, slots=True)
class Claim:
    """A turn as its new owner gets it. `draft` is the text its last owner had got to."""

    turn: Turn
    session: Session
    fence: Fence
    draft: dict[str, Any]

    @property
    def is_taken_over(self) -> bool:
        return self.fence.attempt > 1


# Running


def is_for_sub_agent(*, turn_id: int) -> bool:
    return Turn.objects.filter(pk=turn_id, session__origin=Session.Origin.SUB_AGENT).exists()


@transaction.atomic
def claim_turn(*, turn_id: int, runner: str) -> Claim | None:
    """Make the turn this runner's own, or None if it is not to be had.

    Not to be had: over, running elsewhere under a valid lease, or behind an earlier turn of
    its session.
    """
    # Everybody locks the session first and its turns after, so that nobody waits in a circle.
    session = (
        Session.objects.select_for_update(of=("self",))
        .select_related("agent", "owner")
        .filter(turns=turn_id)
        .first()
    )
    if session is None:
        return None
    free = Q(status=Status.QUEUED) | Q(status=Status.RUNNING, lease_until__lt=Now())
    turn = session.turns.select_for_update().filter(free, pk=turn_id).first()
    if turn is None or session.turns.active().filter(pk__lt=turn_id).exists():
        return None
    if session.deleted_at:
        _end(turn, session, Status.CANCELLED, reason="deleted")
        return None
    if turn.attempt >= settings.TURN_MAX_ATTEMPTS:
        fail_interrupted(turn, session)
        return None
    draft, turn.draft = turn.draft, {}
    first = turn.attempt == 0
    turn.status, turn.runner, turn.attempt = Status.RUNNING, runner, turn.attempt + 1
    turn.agent_version = session.agent.versions.first()
    turn.started_at = turn.started_at or timezone.now()
    turn.save()
    Turn.objects.filter(pk=turn_id).update(lease_until=_lease())
    fence = Fence(turn_id, turn.attempt)
    if turn.input_seq is None and first:
        store_input(session, turn, fence)
        tell(session, NoticeFrame("queue"))
    set_state(session, "running")
    tell_turn(session, turn, "thinking", "Thinking")
    return Claim(turn, session, fence, draft)


def renew_leases(
    *, runner: str, fences: Mapping[int, int], drafts: Mapping[int, dict[str, Any]]
) -> tuple[set[int], set[int]]:
    """Renew what this runner holds, with the drafts that changed, in one statement.

    Returns the turns still its own, and those of them somebody asked to cancel.
    """
    mine = Turn.objects.filter(pk__in=list(fences), runner=runner, status=Status.RUNNING)
    changes: dict[str, Any] = {"lease_until": _lease()}
    if drafts:
        changes["draft"] = Case(
            *(When(pk=pk, then=Value(draft, models.JSONField())) for pk, draft in drafts.items()),
            default=F("draft"),
            output_field=models.JSONField(),
        )
    mine.update(**changes)
    kept, cancelled = set(), set()
    for pk, attempt, cancel_requested_at in mine.values_list(
        "pk", "attempt", "cancel_requested_at"
    ):
        if attempt == fences[pk]:
            kept.add(pk)
            if cancel_requested_at:
                cancelled.add(pk)
    return kept, cancelled


def turns_to_dispatch(*, waited: timedelta, limit: int = 200) -> list[int]:
    """Turns nobody works on: heads of queues that waited long, and those with no lease left."""
    earlier = Turn.objects.active().filter(
        session=models.OuterRef("session"), pk__lt=models.OuterRef("pk")
    )
    stale = Q(status=Status.RUNNING, lease_until__lt=Now())
    waiting = Q(status=Status.QUEUED, created_at__lt=Now() - waited)
    heads = Turn.objects.filter(stale | waiting).exclude(models.Exists(earlier))
    return list(heads.order_by("pk").values_list("pk", flat=True)[:limit])


def running_turns() -> list[tuple[int, str]]:
    """Every running turn and the name of its runner."""
    running = Turn.objects.filter(status=Status.RUNNING)
    return list(running.order_by("pk").values_list("pk", "runner"))


def expire_leases(*, turn_ids: Sequence[int]) -> None:
    """For turns whose runner is known to be dead: others need not wait for the lease to end."""
    Turn.objects.filter(pk__in=turn_ids, status=Status.RUNNING).update(
        lease_until=Now() - timedelta(seconds=1)
    )


@transaction.atomic
def release_turns(*, runner: str, turn_ids: Sequence[int]) -> None:
    """Hand turns back while draining: others may take them at once."""
    Turn.objects.filter(pk__in=turn_ids, runner=runner, status=Status.RUNNING).update(
        lease_until=Now() - timedelta(seconds=1)
    )
    for turn_id in turn_ids:
        bus.dispatch(turn_id)


# Cancelling


@transaction.atomic
def request_cancel(*, session: Session, actor: User) -> Turn | None:
    """Ask the running turn to stop, or end one that has not begun. None if nothing is going on."""
    session = lock_session(session)
    turn = session.turns.active().first()
    if turn is None:
        return None
    if turn.status == Status.QUEUED:
        _end(turn, session, Status.CANCELLED, bodies=[SessionInterrupted(by=actor.username)])
        return turn
    if turn.cancel_requested_at is None:
        turn.cancel_requested_at, turn.cancelled_by = timezone.now(), actor.username
        turn.save(update_fields=["cancel_requested_at", "cancelled_by"])
        tell_turn(session, turn, "stopping", "Stopping")
    bus.cancel(turn.pk)
    return turn


def cancel_sub_agents(*, session: Session) -> None:
    """What works for a turn that is over works for nobody."""
    children = Session.objects.alive().filter(
        parent=session, origin=Session.Origin.SUB_AGENT, turns__in=Turn.objects.active()
    )
    for child in children.select_related("owner").distinct():
        request_cancel(session=child, actor=child.owner)


# Ending


@transaction.atomic
def finish_turn(
    *,
    claim: Claim,
    status: str,
    bodies: Sequence[EventBody] = (),
    reason: str = "",
    error: str = "",
    usage: Mapping[str, Any] | None = None,
    step_name: str | None = None,
) -> None:
    """End the turn: its last events, its status and the call for the next turn, all or nothing.

    Raises LostTurn if it is no longer this runner's.
    """
    session = Session.objects.select_for_update().filter(pk=claim.session.pk).first()
    turn = standing(claim.fence).select_for_update().first()
    if turn is None or session is None:
        raise LostTurn
    if usage is not None:
        turn.usage, turn.model_name = dict(usage), usage.get("served_by", "")
        context = usage.get("session_context_usage")
        changes: dict[str, Any] = {"usage": context} if context else {}
        if step_name is not None:
            changes["current_step_name"] = step_name
        if changes:
            Session.objects.filter(pk=session.pk).update(**changes)
    _end(turn, session, status, bodies, reason, error, claim.fence)


def fail_interrupted(turn: Turn, session: Session, fence: Fence | None = None) -> None:
    """The runner died and the turn cannot be taken up again: say so, and offer a retry."""
    body = TurnFailed(
        reason="interrupted",
        message="The answer was interrupted when the server stopped.",
        partial=str(turn.draft.get("text", "")) if turn.draft.get("kind") == "agent_output" else "",
    )
    _end(turn, session, Status.FAILED, [body], reason="interrupted", fence=fence)


def _end(
    turn: Turn,
    session: Session,
    status: str,
    bodies: Sequence[EventBody] = (),
    reason: str = "",
    error: str = "",
    fence: Fence | None = None,
) -> None:
    if bodies and not session.deleted_at:
        append_events(session=session, bodies=bodies, turn_id=turn.pk, fence=fence)
    turn.status, turn.reason, turn.error = status, reason, error[:2000]
    turn.finished_at, turn.lease_until, turn.draft = timezone.now(), None, {}
    turn.save()
    if status != Status.COMPLETED:
        cancel_sub_agents(session=session)
    following = session.turns.active().first()
    set_state(session, "running" if following else "failed" if status == Status.FAILED else "idle")
    tell_turn(session, turn, "idle")
    if following:
        bus.dispatch(following.pk)


def _lease() -> Any:
    # The database's clock: runners on other hosts may have another time.
    return Now() + timedelta(seconds=settings.TURN_LEASE_SECONDS)
