"""Whether there is anything to compact: asked before a turn is queued for it."""

from chatapp.errors import InvalidInput
from chatapp.models import Session

KEEP_RECENT_INPUTS = 2


def check_compactable(*, session: Session, up_to_event_id: str | None = None) -> None:
    """Raises InvalidInput when a compaction would hide nothing."""
    visible = session.events.visible()
    if up_to_event_id is not None:
        if not visible.filter(key=up_to_event_id).exists():
            raise InvalidInput(
                "There is no such visible event in this session.",
                {"compact_up_to_event_id": "No such event."},
            )
        return
    inputs = visible.filter(type="input_message").count()
    if inputs <= recent_inputs_kept(session):
        raise InvalidInput("There is nothing to compact yet: too few messages.")


def recent_inputs_kept(session: Session) -> int:
    kept = session.effective_compaction.get("keep_recent_inputs")
    return KEEP_RECENT_INPUTS if kept is None else int(kept)
