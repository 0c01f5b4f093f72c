"""The life of a turn: submitted, claimed, renewed, cancelled, finished.

The row is the truth. A runner owns a turn while its `attempt` stands and its lease runs; every
write of a runner is conditional on that (`Fence`), so that a runner believed dead, waking up
late, changes nothing. The transaction that ends a turn queues the session's next one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Now
from django.utils import timezone

from chatapp.bus import bus, session_topic, user_topic
from chatapp.errors import Conflict, InvalidInput, NotFound, RateLimited, Unprocessable
from chatapp.events.bodies import (
    EventBody,
    InputMessage,
    SessionInterrupted,
    SkillLoad,
    TurnFailed,
)
from chatapp.events.frames import EventFrame, NoticeFrame, RowFrame, RunState, TurnFrame
from chatapp.models import Session, Turn, User
from chatapp.services.artifacts import announce_artifacts
from chatapp.services.events import Fence, LostTurn, append_events, standing
from chatapp.services.naming import name_from_message

Status = Turn.Status


@dataclass(frozen=True, slots=True)
class Submission:
    """The turn that will answer, and whether this call made it (a repeated one did not)."""

    turn: Turn
    created: bool


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


# Submitting


@transaction.atomic
def submit_message(
    *,
    session: Session,
    author: User,
    body: InputMessage,
    client_id: str | None = None,
    steers: bool = False,
) -> Submission:
    """Take the user's message and queue the turn that will answer it: both, or neither.

    While another turn is active the message waits on its turn, where it can still be edited;
    it becomes an event when its time comes. One that `steers` joins the running turn at its next
    request to the model, if there is one. The same `client_id` again is the same turn; with
    another text it is a Conflict.
    """
    check_message(body)
    session = lock_session(session)
    _check_skills(session, body)
    if turn := _submitted_before(session, client_id, body):
        return Submission(turn, created=False)
    if not session.enabled or not session.agent.enabled:
        raise InvalidInput("This session takes no new messages.")
    turn = _queue(
        session, author, Turn.Kind.MESSAGE, body.model_dump(mode="json"), client_id, steers=steers
    )
    if session.name_is_generated and (name := name_from_message(body.text)):
        _rename(session, name)
    return Submission(turn, created=True)


@transaction.atomic
def submit_compaction(*, session: Session, author: User, request: Mapping[str, Any]) -> Submission:
    """Queue a turn that summarises the session's past. `request` is the wire's compact body."""
    session = lock_session(session)
    turn = _queue(session, author, Turn.Kind.COMPACT, dict(request), None)
    return Submission(turn, created=True)


def check_message(body: InputMessage) -> None:
    if not any(part.type == "skill" for part in body.messages) and not body.text.strip():
        raise InvalidInput("Write a message first.", {"content": "The message is empty."})
    if len(body.text) > settings.MAX_MESSAGE_CHARS:
        limit = f"{settings.MAX_MESSAGE_CHARS:,}"
        raise InvalidInput(
            f"The message is too long: at most {limit} characters. Attach it as a file instead.",
            {"content": f"At most {limit} characters."},
        )
    if "\x00" in body.text:
        raise InvalidInput(
            "The message holds binary data. Attach it as a file instead.",
            {"content": "Binary data."},
        )


def lock_session(session: Session) -> Session:
    """The session's row, locked until the transaction ends. Raises NotFound once deleted."""
    locked = (
        Session.objects.alive()
        .select_for_update(of=("self",))
        .select_related("agent")
        .filter(pk=session.pk)
        .first()
    )
    if locked is None:
        raise NotFound("Session not found.", missing_id=session.key)
    return locked


def _submitted_before(session: Session, client_id: str | None, body: InputMessage) -> Turn | None:
    if not client_id:
        return None
    if len(client_id) > 100:
        raise InvalidInput("client_id is too long.", {"client_id": "At most 100 characters."})
    turn = session.turns.filter(client_id=client_id).first()
    if turn and turn.input != body.model_dump(mode="json"):
        raise Conflict("This client_id was used for another message.")
    return turn


def _queue(
    session: Session,
    author: User,
    kind: str,
    input: dict[str, Any],
    client_id: str | None,
    *,
    steers: bool = False,
) -> Turn:
    waiting = session.turns.active().count()
    if waiting > settings.MAX_QUEUED_TURNS:
        raise RateLimited("Too many messages are waiting in this session.", retry_after=10)
    try:
        with transaction.atomic():
            turn = Turn.objects.create(
                session=session,
                author=author,
                kind=kind,
                input=input,
                client_id=client_id,
                steers=steers,
            )
    except IntegrityError as exc:
        raise Conflict("This client_id was used for another message.") from exc
    if waiting:
        _publish(session, NoticeFrame("queue"))
    else:
        _store_input(session, turn)
        _set_state(session, "running")
        _publish_state(session, turn, "queued", "Waiting for a free runner")
    bus.dispatch(turn.pk)
    return turn


def _store_input(session: Session, turn: Turn, fence: Fence | None = None) -> None:
    """Make the waiting input an event, after the files that came with it."""
    announce_artifacts(session=session, turn_id=turn.pk)
    if turn.kind != Turn.Kind.MESSAGE:
        return
    bodies = _input_bodies(session, turn)
    frame, *_ = append_events(session=session, bodies=bodies, turn_id=turn.pk, fence=fence)
    turn.input_seq = frame.seq
    Turn.objects.filter(pk=turn.pk).update(input_seq=frame.seq)


def _input_bodies(session: Session, turn: Turn) -> list[EventBody]:
    """The input, and the skills that the user loads with it."""
    body = InputMessage.model_validate(turn.input)
    skills = [part.skill_name for part in body.messages if part.type == "skill"]
    known = session.agent.skills
    loads = [SkillLoad(skill_name=s, content=known[s]["content"]) for s in skills if s in known]
    return [body, *loads]


def _check_skills(session: Session, body: InputMessage) -> None:
    for part in body.messages:
        if part.type == "skill" and part.skill_name not in session.agent.skills:
            raise InvalidInput(
                f"The agent has no skill {part.skill_name!r}.", {"messages": "No such skill."}
            )


def _rename(session: Session, name: str) -> None:
    Session.objects.filter(pk=session.pk).update(name=name, name_is_generated=False)
    _publish(session, NoticeFrame("session"))


# Waiting inputs


@transaction.atomic
def edit_queued(*, session: Session, turn_id: int, content: str) -> Turn:
    """Change a message that still waits."""
    turn = _waiting(session, turn_id)
    body = InputMessage.model_validate(turn.input)
    parts = [part for part in body.messages if part.type == "skill"]
    body = InputMessage.model_validate({"messages": [{"type": "text", "content": content}, *parts]})
    check_message(body)
    turn.input = body.model_dump(mode="json")
    turn.save(update_fields=["input"])
    _publish(session, NoticeFrame("queue"))
    return turn


@transaction.atomic
def remove_queued(*, session: Session, turn_id: int) -> None:
    """Take back a message that still waits. Nothing of it was shown to the agent."""
    _waiting(session, turn_id).delete()
    _publish(session, NoticeFrame("queue"))


def _waiting(session: Session, turn_id: int) -> Turn:
    lock_session(session)
    turn = session.turns.filter(pk=turn_id, status=Status.QUEUED, input_seq=None).first()
    if turn is None:
        raise Conflict("This message is already being answered.")
    return turn


@transaction.atomic
def take_steered(*, claim: Claim) -> list[EventFrame]:
    """Make waiting messages that steer events of the running turn. Raises LostTurn."""
    waiting = claim.session.turns.filter(status=Status.QUEUED, steers=True)
    if not waiting.exists():
        return []
    session = lock_session(claim.session)
    frames: list[EventFrame] = []
    for turn in waiting.select_for_update():
        if files := announce_artifacts(session=session, turn_id=claim.turn.pk):
            frames.append(files)
        bodies = _input_bodies(session, turn)
        stored = append_events(session=session, bodies=bodies, fence=claim.fence)
        turn.status, turn.reason, turn.input_seq = Status.COMPLETED, "steered", stored[0].seq
        turn.usage, turn.finished_at = {"steered": claim.turn.pk}, timezone.now()
        turn.save()
        frames += stored
    _publish(session, NoticeFrame("queue"))
    return frames


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
        _store_input(session, turn, fence)
        _publish(session, NoticeFrame("queue"))
    _set_state(session, "running")
    _publish_state(session, turn, "thinking", "Thinking")
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
        _publish_state(session, turn, "stopping", "Stopping")
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
    _set_state(session, "running" if following else "failed" if status == Status.FAILED else "idle")
    _publish_state(session, turn, "idle")
    if following:
        bus.dispatch(following.pk)


# Telling


def _lease() -> Any:
    # The database's clock: runners on other hosts may have another time.
    return Now() + timedelta(seconds=settings.TURN_LEASE_SECONDS)


def _set_state(session: Session, state: str) -> None:
    Session.objects.filter(pk=session.pk).update(state=state)
    bus.publish_on_commit(user_topic(session.owner_id), RowFrame(session.key))


def _publish(session: Session, frame: NoticeFrame) -> None:
    bus.publish_on_commit(session_topic(session.pk), frame)


def _publish_state(session: Session, turn: Turn, state: RunState, label: str = "") -> None:
    seq = Session.objects.values_list("last_seq", flat=True).get(pk=session.pk)
    since = (turn.started_at or turn.created_at).timestamp()
    frame = TurnFrame(turn.pk, turn.attempt, seq, state, label, since)
    bus.publish_on_commit(session_topic(session.pk), frame)


@transaction.atomic
def retry_turn(*, session: Session, author: User, client_id: str | None = None) -> Submission:
    """Ask the last message again, as a new turn with its own copy of it."""
    last = session.turns.filter(kind=Turn.Kind.MESSAGE).exclude(input={}).last()
    if last is None:
        raise Unprocessable("There is no message to try again.")
    body = InputMessage.model_validate(last.input)
    return submit_message(session=session, author=author, body=body, client_id=client_id)
