"""What travels to watchers. A frame is a rumour: it may be lost, late or doubled.

So each one carries its place: an event its `seq`; a delta its turn, attempt and offset in the
text; a turn's status the last `seq` before it. Whoever sees a gap reads the database.
"""

from dataclasses import dataclass
from typing import Any, Literal, get_args

from chatapp.events.bodies import EventBody, parse_body

RunState = Literal["idle", "queued", "thinking", "tool", "answering", "stopping", "waiting"]
DeltaKind = Literal["agent_output", "thinking"]


@dataclass(frozen=True, slots=True)
class EventFrame:
    """An event that was stored."""

    id: str
    seq: int
    session_key: str
    turn_id: int | None
    created_at: str
    body: EventBody
    hidden_reason: str = ""


@dataclass(frozen=True, slots=True)
class ErasedFrame:
    """The place of an event that was erased. Only readers of the log make it; it never travels."""

    seq: int


@dataclass(frozen=True, slots=True)
class DeltaFrame:
    """A piece of a body still being written: `text` belongs at `offset` (in characters).

    `after` is the last stored seq before this body. A higher `attempt` starts the text anew.
    """

    turn_id: int
    attempt: int
    after: int
    kind: DeltaKind
    offset: int
    text: str


@dataclass(frozen=True, slots=True)
class TurnFrame:
    """Where the session's turn stands. `label` is for people; `since` is epoch seconds."""

    turn_id: int | None
    attempt: int
    after: int
    state: RunState
    label: str = ""
    since: float = 0.0


@dataclass(frozen=True, slots=True)
class UsageFrame:
    """What the turn has consumed so far; never stored as an event."""

    turn_id: int
    after: int
    usage: dict[str, Any]


@dataclass(frozen=True, slots=True)
class NoticeFrame:
    """Something about the session changed that is no event: read it again.

    `what` is one of session, queue, artifacts, events (a hide), compaction_started, deleted.
    """

    what: Literal["session", "queue", "artifacts", "events", "compaction_started", "deleted"]
    id: str = ""


@dataclass(frozen=True, slots=True)
class RowFrame:
    """A session's row in its owner's sidebar has changed."""

    session_key: str


@dataclass(frozen=True, slots=True)
class CancelFrame:
    """A hint to runners: somebody asked this turn to stop."""

    turn_id: int


@dataclass(frozen=True, slots=True)
class RightsFrame:
    """A hint to watchers: what a user may see has changed; ask again."""

    user_id: int


@dataclass(frozen=True, slots=True)
class Draft:
    """The text so far of a body being written: what a late watcher needs first."""

    turn_id: int
    attempt: int
    after: int
    kind: DeltaKind
    text: str


Frame = (
    EventFrame
    | DeltaFrame
    | TurnFrame
    | UsageFrame
    | NoticeFrame
    | CancelFrame
    | RightsFrame
    | RowFrame
)


def dump_frame(frame: Frame) -> dict[str, Any]:
    """JSON for other processes."""
    value = {name: getattr(frame, name) for name in frame.__dataclass_fields__}
    if isinstance(frame, EventFrame):
        value["body"] = frame.body.model_dump(mode="json")
    return {"frame": type(frame).__name__, **value}


def load_frame(value: dict[str, Any]) -> Frame:
    """The frame that `dump_frame` made `value` of. Raises KeyError or ValueError on others."""
    kind = _KINDS[value.pop("frame")]
    if kind is EventFrame:
        value["body"] = parse_body(value["body"])
    frame: Frame = kind(**value)
    return frame


_KINDS: dict[str, type[Any]] = {kind.__name__: kind for kind in get_args(Frame)}
