"""Which events a compaction takes away, and the taking: hidden, with a summary in their place."""

from django.db import transaction
from django.utils import timezone

from chatapp.bus import bus, session_topic
from chatapp.errors import InvalidInput
from chatapp.events.bodies import Compaction
from chatapp.events.frames import EventFrame, NoticeFrame
from chatapp.lib.keys import new_key
from chatapp.models import Session
from chatapp.services.events import Fence, append_events

KEEP_RECENT_INPUTS = 2
REASON = "compaction"


def check_compactable(*, session: Session, up_to_event_id: str | None = None) -> None:
    """Raises InvalidInput when a compaction would hide nothing."""
    compactable_until(session=session, keep=recent_inputs_kept(session), anchor=up_to_event_id)


def compactable_until(*, session: Session, keep: int, anchor: str | None = None) -> int:
    """The last seq that a compaction hides: that of the anchor, or all before the inputs to keep.

    Raises InvalidInput when there is nothing to hide.
    """
    visible = session.events.visible()
    if anchor is not None:
        seq = visible.filter(key=anchor).values_list("seq", flat=True).first()
        if seq is None:
            raise InvalidInput(
                "There is no such visible event in this session.",
                {"compact_up_to_event_id": "No such event."},
            )
        return seq
    inputs = list(visible.filter(type="input_message").order_by("-seq")[: keep + 1])
    if len(inputs) <= keep:
        raise InvalidInput("There is nothing to compact yet: too few messages.")
    if keep == 0:
        return visible.order_by("-seq").values_list("seq", flat=True)[0]
    first_kept = inputs[keep - 1]
    # Files that came with an input stand before it, in the same turn.
    of_turn = visible.filter(turn=first_kept.turn_id) if first_kept.turn_id else visible.none()
    first = of_turn.order_by("seq").values_list("seq", flat=True).first()
    return min(first or first_kept.seq, first_kept.seq) - 1


@transaction.atomic
def compact_events(*, session: Session, fence: Fence, until: int, summary: str) -> EventFrame:
    """Hide what is visible up to `until`, and append the summary. Raises LostTurn."""
    events = session.events.visible().filter(seq__lte=until)
    turns = events.filter(type="input_message").count()
    hidden = events.update(hidden_reason=REASON, hidden_at=timezone.now())
    body = Compaction(
        turns_compacted=turns,
        events_compacted=hidden,
        summary_key=new_key("sum"),
        summary_text=summary,
    )
    [frame] = append_events(session=session, bodies=[body], fence=fence)
    bus.publish_on_commit(session_topic(session.pk), NoticeFrame("events"))
    return frame


def recent_inputs_kept(session: Session) -> int:
    kept = session.effective_compaction.get("keep_recent_inputs")
    return KEEP_RECENT_INPUTS if kept is None else int(kept)
