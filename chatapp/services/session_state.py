"""Where a session stands: its lock, its state, and the frames that tell of both."""

from chatapp.bus import bus, session_topic, user_topic
from chatapp.errors import NotFound
from chatapp.events.frames import NoticeFrame, RowFrame, RunState, TurnFrame
from chatapp.models import Session, Turn


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


def set_state(session: Session, state: str) -> None:
    Session.objects.filter(pk=session.pk).update(state=state)
    bus.publish_on_commit(user_topic(session.owner_id), RowFrame(session.key))


def tell(session: Session, frame: NoticeFrame) -> None:
    bus.publish_on_commit(session_topic(session.pk), frame)


def tell_turn(session: Session, turn: Turn, state: RunState, label: str = "") -> None:
    seq = Session.objects.values_list("last_seq", flat=True).get(pk=session.pk)
    since = (turn.started_at or turn.created_at).timestamp()
    frame = TurnFrame(turn.pk, turn.attempt, seq, state, label, since)
    bus.publish_on_commit(session_topic(session.pk), frame)
