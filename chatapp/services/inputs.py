"""What people put into a session: submitted, waiting, steering, asked again.

An input and the turn that will answer it are stored together. While another turn is active the
input waits on its turn, where it can be edited; when its time comes it is made an event.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from chatapp.bus import bus
from chatapp.errors import Conflict, InvalidInput, RateLimited, Unprocessable
from chatapp.events.bodies import EventBody, InputMessage, SkillLoad
from chatapp.events.frames import EventFrame, NoticeFrame
from chatapp.models import Session, Turn, User
from chatapp.services.artifacts import announce_artifacts
from chatapp.services.events import Fence, append_events
from chatapp.services.naming import name_from_message
from chatapp.services.session_state import lock_session, set_state, tell, tell_turn


@dataclass(frozen=True, slots=True)
class Submission:
    """The turn that will answer, and whether this call made it (a repeated one did not)."""

    turn: Turn
    created: bool


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


@transaction.atomic
def retry_turn(*, session: Session, author: User, client_id: str | None = None) -> Submission:
    """Ask the last message again, as a new turn with its own copy of it."""
    last = session.turns.filter(kind=Turn.Kind.MESSAGE).exclude(input={}).last()
    if last is None:
        raise Unprocessable("There is no message to try again.")
    body = InputMessage.model_validate(last.input)
    return submit_message(session=session, author=author, body=body, client_id=client_id)


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
        tell(session, NoticeFrame("queue"))
    else:
        store_input(session, turn)
        set_state(session, "running")
        tell_turn(session, turn, "queued", "Waiting for a free runner")
    bus.dispatch(turn.pk)
    return turn


def store_input(session: Session, turn: Turn, fence: Fence | None = None) -> None:
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
    tell(session, NoticeFrame("session"))


@transaction.atomic
def edit_queued(*, session: Session, turn_id: int, content: str) -> Turn:
    """Change a message that still waits."""
    turn = _waiting_message(session, turn_id)
    body = InputMessage.model_validate(turn.input)
    parts = [part for part in body.messages if part.type == "skill"]
    body = InputMessage.model_validate({"messages": [{"type": "text", "content": content}, *parts]})
    check_message(body)
    turn.input = body.model_dump(mode="json")
    turn.save(update_fields=["input"])
    tell(session, NoticeFrame("queue"))
    return turn


@transaction.atomic
def steer_queued(*, session: Session, turn_id: int) -> Turn:
    """Let a message that still waits join the running turn at its next request to the model."""
    turn = _waiting_message(session, turn_id)
    turn.steers = True
    turn.save(update_fields=["steers"])
    tell(session, NoticeFrame("queue"))
    return turn


@transaction.atomic
def remove_queued(*, session: Session, turn_id: int) -> None:
    """Take back a message that still waits. Nothing of it was shown to the agent."""
    _waiting(session, turn_id).delete()
    tell(session, NoticeFrame("queue"))


def _waiting(session: Session, turn_id: int) -> Turn:
    lock_session(session)
    turn = session.turns.filter(pk=turn_id, status=Turn.Status.QUEUED, input_seq=None).first()
    if turn is None:
        raise Conflict("This message is already being answered.")
    return turn


def _waiting_message(session: Session, turn_id: int) -> Turn:
    turn = _waiting(session, turn_id)
    if turn.kind != Turn.Kind.MESSAGE:
        raise Conflict("This is no message: it can only be taken back.")
    return turn


@transaction.atomic
def take_steered(*, session: Session, fence: Fence) -> list[EventFrame]:
    """Make waiting messages that steer events of the running turn. Raises LostTurn."""
    waiting = session.turns.filter(status=Turn.Status.QUEUED, steers=True)
    if not waiting.exists():
        return []
    session = lock_session(session)
    frames: list[EventFrame] = []
    for turn in waiting.select_for_update():
        if files := announce_artifacts(session=session, turn_id=fence.turn_id):
            frames.append(files)
        bodies = _input_bodies(session, turn)
        stored = append_events(session=session, bodies=bodies, fence=fence)
        turn.status, turn.reason, turn.input_seq = Turn.Status.COMPLETED, "steered", stored[0].seq
        turn.usage, turn.finished_at = {"steered": fence.turn_id}, timezone.now()
        turn.save()
        frames += stored
    tell(session, NoticeFrame("queue"))
    return frames
