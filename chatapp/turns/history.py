"""What the model is told of a session's past. Knows values only."""

from collections.abc import Iterable, Sequence

from chatapp.events.bodies import BaseBody, EventBody, ToolInput, ToolOutput
from chatapp.events.frames import EventFrame


def history_of(frames: Iterable[EventFrame]) -> list[EventBody]:
    """The visible events in their order, but no call of an earlier turn without its output,
    and nothing between a call and its output."""
    frames = list(frames)
    answered = {f.body.tool_call_id for f in frames if isinstance(f.body, ToolOutput)}
    last_turn = max((frame.turn_id or 0 for frame in frames), default=0)
    bodies = [
        frame.body
        for frame in frames
        if not isinstance(frame.body, ToolInput)
        or frame.body.tool_call_id in answered
        or frame.turn_id == last_turn
    ]
    return _calls_with_outputs(bodies)


def _calls_with_outputs(bodies: Sequence[EventBody]) -> list[EventBody]:
    """Files may arrive in the middle of a call; the model is told of them after its output."""
    told: list[EventBody] = []
    held: list[EventBody] = []
    open_calls: set[str] = set()
    for body in bodies:
        if isinstance(body, ToolInput):
            open_calls.add(body.tool_call_id)
            told.append(body)
        elif isinstance(body, ToolOutput):
            open_calls.discard(body.tool_call_id)
            told.append(body)
        elif open_calls and isinstance(body, BaseBody):
            held.append(body)
        else:
            told.append(body)
        if not open_calls and held:
            told.extend(held)
            held = []
    return told + held
