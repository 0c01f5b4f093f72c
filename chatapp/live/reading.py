"""What watchers read from the database, on threads of their own: one hop for each question."""

from dataclasses import dataclass

from django.conf import settings

from chatapp.errors import NotAuthenticated
from chatapp.events.frames import Draft, ErasedFrame, EventFrame, TurnFrame
from chatapp.lib.database_threads import DatabaseThreads
from chatapp.models import Artifact, Event, Session, Turn
from chatapp.services.logins import user_of
from chatapp.services.reviews import read_on

MAX_EVENTS = 500
database = DatabaseThreads("live", 8 if settings.POSTGRESQL else 2)


@dataclass(frozen=True, slots=True)
class Opening:
    """What a socket needs to know once, when it opens."""

    user_id: int
    session_id: int
    session_key: str
    staff: bool
    hide_thinking: bool


@dataclass(frozen=True, slots=True)
class News:
    """Events after a seq, none left out, and where the session stands.

    Who has read this is at `seq`; `more` says that there are further events.
    """

    frames: list[EventFrame | ErasedFrame]
    seq: int
    turn: TurnFrame
    draft: Draft | None
    more: bool
    waiting: int
    artifacts: int
    deleted: bool


def open_session(cookie: str, key: str, *, staff: bool) -> Opening:
    """Raises NotAuthenticated without a login, NotFound for what is not visible."""
    user = user_of(cookie)
    if user is None:
        raise NotAuthenticated("Sign in first.")
    session = read_on(reviewer=user, key=key) if staff else Session.objects.access(user, key)
    hidden = session.agent.show_thinking == session.agent.ShowThinking.HIDDEN
    return Opening(user.pk, session.pk, session.key, staff, hidden)


def news(session_id: int, session_key: str, after: int) -> News:
    # Before the events, so that they hold all that is counted here.
    last_seq = (
        Session.objects.alive().filter(pk=session_id).values_list("last_seq", flat=True).first()
    )
    if last_seq is not None:
        # Nobody has seen more than there is, whatever cursor they come with.
        after = min(after, last_seq)
    rows = list(
        Event.objects.filter(session_id=session_id, seq__gt=after).order_by("seq")[: MAX_EVENTS + 1]
    )
    more = len(rows) > MAX_EVENTS
    frames = _in_their_places(
        [event.frame(session_key) for event in rows[:MAX_EVENTS]],
        after,
        0 if more else last_seq or 0,
    )
    seq = frames[-1].seq if frames else after
    turns = list(Turn.objects.filter(session_id=session_id).active())
    turn = turns[0] if turns else None
    return News(
        frames=frames,
        seq=seq,
        turn=_turn_frame(turn, seq),
        draft=_draft(turn),
        more=more,
        waiting=sum(turn.input_seq is None for turn in turns),
        artifacts=Artifact.objects.alive().filter(session_id=session_id).count(),
        deleted=last_seq is None,
    )


def _in_their_places(
    events: list[EventFrame], after: int, last_seq: int
) -> list[EventFrame | ErasedFrame]:
    """Seqs are dense: one that is not there was erased."""
    end = max(events[-1].seq if events else after, last_seq)
    if len(events) >= end - after:
        return list(events)
    there = {event.seq: event for event in events}
    return [there.get(seq) or ErasedFrame(seq) for seq in range(after + 1, end + 1)]


def _draft(turn: Turn | None) -> Draft | None:
    """What the turn's row has of the text so far: seconds old, but it outlives every process."""
    if turn is None or not turn.draft.get("text"):
        return None
    return Draft(turn_id=turn.pk, attempt=turn.attempt, **turn.draft)


def _turn_frame(turn: Turn | None, after: int) -> TurnFrame:
    if turn is None:
        return TurnFrame(None, 0, after, "idle")
    since = (turn.started_at or turn.created_at).timestamp()
    if turn.cancel_requested_at:
        return TurnFrame(turn.pk, turn.attempt, after, "stopping", "Stopping", since)
    if turn.status == Turn.Status.QUEUED:
        return TurnFrame(turn.pk, turn.attempt, after, "queued", "Waiting for a free runner", since)
    return TurnFrame(turn.pk, turn.attempt, after, "thinking", "Working", since)
