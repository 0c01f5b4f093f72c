"""Take an input into a session: a message, files, an interrupt, a compaction."""

from dataclasses import dataclass

from chatapp.api.auth import ApiRequest
from chatapp.api.forms import UploadForm
from chatapp.api.schemas.events import CompactInput, InterruptInput, MessageInput
from chatapp.errors import InvalidInput
from chatapp.events.bodies import InputMessage, text_message
from chatapp.events.frames import EventFrame
from chatapp.models import Session
from chatapp.services.artifacts import announce_artifacts
from chatapp.services.compactions import check_compactable
from chatapp.services.inputs import submit_compaction, submit_message
from chatapp.services.turns import request_cancel
from chatapp.services.uploads import add_uploads


@dataclass(frozen=True, slots=True)
class Taken:
    """What is to be told: a turn, to its end, or only the events that stand already.

    `since` is the seq from which on all of the session's events are wanted.
    """

    turn_id: int | None
    since: int | None = None
    events: tuple[EventFrame, ...] = ()
    streams: bool = False


def take_input(
    request: ApiRequest, session: Session, given: MessageInput | CompactInput | InterruptInput
) -> Taken:
    """Store it and queue its turn. Raises InvalidInput for what cannot be."""
    author, streams = request.auth.user, given.stream_response
    match given:
        case MessageInput():
            since = _seq_of(session, given.since)
            steers = given.behavior == "steer"
            turn_id = take_message(request, session, given.body(), steers=steers)
            return Taken(turn_id, since, streams=streams)
        case CompactInput():
            check_compactable(session=session, up_to_event_id=given.compact_up_to_event_id)
            wish = given.model_dump(exclude={"stream_response"}, exclude_none=True)
            turn = submit_compaction(session=session, author=author, request=wish).turn
            return Taken(turn.pk, streams=streams)
        case InterruptInput():
            stopped = request_cancel(session=session, actor=author)
            return Taken(stopped.pk if stopped else None, session.last_seq, streams=streams)


def take_form(request: ApiRequest, session: Session, form: UploadForm) -> Taken:
    """Files alone are stored and announced; with a message, the agent is asked, too."""
    add_uploads(session=session, files=form.files)
    if form.message.strip():
        turn_id = take_message(request, session, text_message(form.message))
        return Taken(turn_id, streams=form.stream_response)
    frame = announce_artifacts(session=session)
    events = (frame,) if frame else ()
    return Taken(None, events=events, streams=form.stream_response)


def take_message(
    request: ApiRequest, session: Session, body: InputMessage, *, steers: bool = False
) -> int:
    """Queue the message. The same Idempotency-Key again is the same turn."""
    submission = submit_message(
        session=session,
        author=request.auth.user,
        body=body,
        client_id=request.headers.get("Idempotency-Key"),
        steers=steers,
    )
    return submission.turn.pk


def _seq_of(session: Session, since: str | None) -> int | None:
    if since is None:
        return None
    if since == "start":
        return session.last_seq
    seq = session.events.filter(key=since).values_list("seq", flat=True).first()
    if seq is None:
        raise InvalidInput(
            f"There is no event {since!r} in this session.", {"since": "No such event."}
        )
    return seq
