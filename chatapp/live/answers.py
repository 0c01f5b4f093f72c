"""The answer being written, as blocks of HTML: made once in a process, whoever watches."""

from typing import Any

from chatapp.events.frames import DeltaFrame, Draft
from chatapp.lib.blocks import Append, BlockChange, BlockStream

Message = dict[str, Any]


class Gap(Exception):
    """A delta does not continue the text that is here."""


class LiveAnswer:
    """One open body: of a turn, an attempt, a kind, and after a certain event."""

    def __init__(self, frame: DeltaFrame | Draft) -> None:
        self.turn_id, self.attempt = frame.turn_id, frame.attempt
        self.after, self.kind = frame.after, frame.kind
        self.length = 0
        self._thinking = ""
        self._blocks = BlockStream()

    def is_of(self, frame: DeltaFrame | Draft) -> bool:
        mine = (self.turn_id, self.attempt, self.after, self.kind)
        return mine == (frame.turn_id, frame.attempt, frame.after, frame.kind)

    def take(self, offset: int, text: str, now: float) -> list[Message]:
        """Text that continues ours, or overlaps it. Raises Gap when something is missing."""
        if offset > self.length:
            raise Gap
        text = text[self.length - offset :]
        self.length += len(text)
        if self.kind == "thinking":
            self._thinking += text
            return [self._thinking_message(text, fresh=False)] if text else []
        return [self._message(change) for change in self._blocks.feed(text, now=now)]

    def settle(self, now: float) -> list[Message]:
        """What was held back too long comes out."""
        if self.kind == "thinking":
            return []
        return [self._message(change) for change in self._blocks.feed("", now=now)]

    def snapshot(self) -> list[Message]:
        """Everything so far, for one who begins to watch now."""
        begin = {"t": "begin", "turn": self.turn_id, "attempt": self.attempt, "kind": self.kind}
        if self.kind == "thinking":
            return [begin, self._thinking_message(self._thinking, fresh=True)]
        return [begin, *(self._message(change) for change in self._blocks.snapshot())]

    def _thinking_message(self, text: str, *, fresh: bool) -> Message:
        return {"t": "th", "turn": self.turn_id, "txt": text, "fresh": fresh}

    def _message(self, change: BlockChange) -> Message:
        place = {
            "turn": self.turn_id,
            "index": change.index,
            "length": change.length,
            "html": change.html,
        }
        if isinstance(change, Append):
            return {"t": "d", "offset": change.offset, **place}
        return {"t": "b", "closed": change.closed, **place}
