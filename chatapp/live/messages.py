"""What goes over the socket, or in an answer to a poll: small JSON objects with a kind `t`.

ev       an event's card: seq, id, type, turn, html
begin    a body begins: turn, attempt, kind
b        a block as it is now: turn, index, length, closed, html
d        more of a block: turn, index, offset, length, html
th       thinking text: turn, txt, fresh
run      where the turn stands: turn, attempt, state, label, since, after
changed  something to fetch anew: what, id
state    what the page may have missed: waiting (messages), artifacts (how many), deleted
row      a sidebar row changed: key
hb       a sign of life: seq
resync   come back with your cursor
"""

from typing import Any

import orjson

from chatapp.events.frames import ErasedFrame, EventFrame, NoticeFrame, RowFrame, TurnFrame
from chatapp.render import is_shown, render_event

Message = dict[str, Any]


def event_message(
    frame: EventFrame | ErasedFrame, *, staff: bool, hide_thinking: bool = False
) -> Message:
    if isinstance(frame, ErasedFrame):
        return {"t": "ev", "seq": frame.seq, "id": "", "type": "erased", "turn": None, "html": ""}
    shown = staff or is_shown(frame, hide_thinking)
    return {
        "t": "ev",
        "seq": frame.seq,
        "id": frame.id,
        "type": frame.body.type,
        "turn": frame.turn_id,
        "html": render_event(frame, staff=staff) if shown else "",
    }


def turn_message(frame: TurnFrame) -> Message:
    return {
        "t": "run",
        "turn": frame.turn_id,
        "attempt": frame.attempt,
        "state": frame.state,
        "label": frame.label,
        "since": frame.since,
        "after": frame.after,
    }


def notice_message(frame: NoticeFrame) -> Message:
    return {"t": "changed", "what": frame.what, "id": frame.id}


def state_message(waiting: int, artifacts: int, *, deleted: bool) -> Message:
    return {"t": "state", "waiting": waiting, "artifacts": artifacts, "deleted": deleted}


def row_message(frame: RowFrame) -> Message:
    return {"t": "row", "key": frame.session_key}


def dumps(messages: list[Message]) -> str:
    return orjson.dumps(messages).decode()
