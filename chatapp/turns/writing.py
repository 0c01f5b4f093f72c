"""The body being written: paced deltas out, and the text so far for whoever comes late."""

from typing import Any

from chatapp.bus import bus, session_topic
from chatapp.events.frames import DeltaFrame, DeltaKind, Draft
from chatapp.services.events import Fence
from chatapp.turns.pacing import Pacer


class Writing:
    """One turn's open body. `after` is the last stored seq before it."""

    def __init__(self, session_id: int, fence: Fence, after: int) -> None:
        self.after = after
        self._session_id, self._fence = session_id, fence
        self._topic = session_topic(session_id)
        self._pacer = Pacer(self._publish)
        self._kind: DeltaKind = "agent_output"
        self._text = ""
        self._saved = ""

    def add(self, kind: DeltaKind, text: str) -> None:
        if kind != self._kind:
            self.close()
            self._kind = kind
        self._pacer.add(text)

    def close(self) -> None:
        """The body is complete: what follows begins a new text."""
        self._pacer.flush()
        self._text = ""
        bus.keep_draft(self._session_id, None)

    def forget(self) -> None:
        self.close()

    def partial(self) -> str:
        """The answer as far as watchers have seen it."""
        self._pacer.flush()
        return self._text if self._kind == "agent_output" else ""

    def fresh_draft(self) -> dict[str, Any] | None:
        """What the turn's row should hold, if that has changed."""
        if self._text == self._saved:
            return None
        self._saved = self._text
        return {"kind": self._kind, "text": self._text, "after": self.after}

    def _publish(self, text: str) -> None:
        offset = len(self._text)
        self._text += text
        turn_id, attempt = self._fence.turn_id, self._fence.attempt
        draft = Draft(turn_id, attempt, self.after, self._kind, self._text)
        bus.keep_draft(self._session_id, draft)
        bus.publish(self._topic, DeltaFrame(turn_id, attempt, self.after, self._kind, offset, text))
