"""Follow one turn to its end: live from the bus, certain from the database."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

from chatapp.api.threads import threads
from chatapp.bus import Watch
from chatapp.events.frames import DeltaFrame, EventFrame, Frame, NoticeFrame, TurnFrame, UsageFrame
from chatapp.models import Event, Session, Turn

# A frame may be lost: look at the table this often, in seconds.
LOOK_EVERY = 2.0


@dataclass(frozen=True, slots=True)
class Target:
    """A turn, and from which seq on all events of its session are wanted, too."""

    session_id: int
    session_key: str
    turn_id: int
    since: int | None = None

    def wants(self, frame: EventFrame) -> bool:
        if frame.hidden_reason:
            return False
        if self.since is not None:
            return frame.seq > self.since
        return frame.turn_id == self.turn_id


@dataclass(frozen=True, slots=True)
class Look:
    target: Target
    frames: list[EventFrame]
    seen: int
    is_over: bool


def look(target: Target, after: int) -> Look:
    """What the table says. The status is read first: if over, the events read are all."""
    alone, (target, turn) = target, _joined(target)
    if target.since is not None and alone.since is None:
        # Its own events were stored as another turn's, and passed over.
        after = target.since
    seen = Session.objects.filter(pk=target.session_id).values_list("last_seq", flat=True).first()
    if turn is None or seen is None:
        return Look(target, [], after, is_over=True)
    rows = Event.objects.filter(session=target.session_id, seq__gt=after, seq__lte=seen)
    rows = rows.filter(turn=turn) if target.since is None else rows.filter(seq__gt=target.since)
    frames = [event.frame(target.session_key) for event in rows.visible().order_by("seq")]
    return Look(target, frames, seen, turn.is_over)


def _joined(target: Target) -> tuple[Target, Turn | None]:
    """A message that steers joins the running turn: from there on, that one is followed."""
    turn = Turn.objects.filter(pk=target.turn_id).first()
    if turn is None or turn.reason != "steered" or turn.input_seq is None:
        return target, turn
    since = turn.input_seq - 1 if target.since is None else target.since
    target = replace(target, turn_id=turn.usage["steered"], since=since)
    return target, Turn.objects.filter(pk=target.turn_id).first()


async def follow(watch: Watch, target: Target) -> AsyncIterator[Frame | None]:
    """Its events, each once and in order, with the deltas and usage between them.

    The watch must have joined before the turn was submitted. None means that all is quiet.
    """
    seen, must_look = 0, True
    while True:
        if must_look:
            found = await threads.run(look, target, seen)
            target, seen = found.target, max(seen, found.seen)
            for event in found.frames:
                yield event
            if found.is_over:
                return
        must_look = not await watch.wait(LOOK_EVERY)
        if must_look:
            yield None
        for frame in watch.take():
            if isinstance(frame, EventFrame) and frame.seq == seen + 1:
                seen = frame.seq
                if target.wants(frame):
                    yield frame
            elif _has_missed(frame, seen):
                # Something was lost: the table has it, and this frame's event as well.
                must_look = True
                break
            elif _is_end(frame, target):
                must_look = True
            elif _passes(frame, target):
                yield frame


def _has_missed(frame: Frame, seen: int) -> bool:
    if isinstance(frame, EventFrame):
        return frame.seq > seen
    return isinstance(frame, DeltaFrame) and frame.after > seen


def _is_end(frame: Frame, target: Target) -> bool:
    if isinstance(frame, TurnFrame):
        return frame.turn_id == target.turn_id and frame.state == "idle"
    return isinstance(frame, NoticeFrame) and frame.what in ("deleted", "queue")


def _passes(frame: Frame, target: Target) -> bool:
    if isinstance(frame, DeltaFrame | UsageFrame):
        return frame.turn_id == target.turn_id or target.since is not None
    return isinstance(frame, NoticeFrame) and frame.what == "compaction_started"
