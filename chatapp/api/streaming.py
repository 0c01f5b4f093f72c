"""A turn as server-sent events, exactly as the wire contract has them (§12)."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import orjson
from django.http import StreamingHttpResponse

from chatapp.api.following import Target, follow
from chatapp.api.guarding import Guard
from chatapp.api.schemas.events import wire
from chatapp.bus import Watch, bus
from chatapp.errors import NotAuthenticated, NotFound
from chatapp.events.bodies import AgentOutput, Thinking, TurnFailed
from chatapp.events.frames import DeltaFrame, EventFrame, Frame, NoticeFrame, UsageFrame
from chatapp.lib.keys import new_key

JSON = dict[str, Any]
PING = b": ping\n\n"


def documented(status: int) -> JSON:
    """For the schema of an operation: that it may answer with a stream."""
    stream = {"text/event-stream": {"schema": {"type": "string"}}}
    return {"responses": {status: {"content": stream}}}


def encode(value: JSON) -> bytes:
    """One frame, in ASCII: some clients decode each network packet by itself."""
    data = orjson.dumps(value)
    if not data.isascii():
        data = json.dumps(value, separators=(",", ":")).encode()
    return b"event:%s\ndata:%s\n\n" % (str(value["type"]).encode(), data)


def sse_response(chunks: AsyncIterator[bytes]) -> StreamingHttpResponse:
    response = StreamingHttpResponse(
        chunks, status=201, content_type="text/event-stream;charset=UTF-8"
    )
    response.headers["Cache-Control"] = "no-cache"
    # Proxies of nginx's kind would hold the answer back.
    response.headers["X-Accel-Buffering"] = "no"
    return response


async def stream_values(watch: Watch, *values: JSON) -> AsyncIterator[bytes]:
    """A stream that is known in full."""
    await bus.unwatch(watch)
    for value in (*values, {"type": "end"}):
        yield encode(value)


async def stream_turn(watch: Watch, target: Target, guard: Guard) -> AsyncIterator[bytes]:
    """The turn until its end. When the client goes away, the turn goes on."""
    texts = _Texts(target)
    try:
        async with guard.watching():
            async for frame in follow(watch, target):
                guard.check()
                if frame is None:
                    yield PING
                elif values := await _values(frame, texts):
                    yield b"".join(map(encode, values))
        yield encode({"type": "end"})
    except (NotAuthenticated, NotFound) as exc:
        yield encode({"type": "error", "messages": [exc.message]})
    finally:
        await bus.unwatch(watch)


async def _values(frame: Frame, texts: "_Texts") -> list[JSON]:
    match frame:
        case EventFrame(body=TurnFailed() as failure):
            return [{"type": "error", "messages": [failure.message]}]
        case EventFrame(body=AgentOutput() | Thinking()):
            return texts.close(frame)
        case EventFrame():
            return [wire(frame)]
        case DeltaFrame():
            return await texts.add(frame)
        case UsageFrame():
            usage = frame.usage.get("session_context_usage", frame.usage)
            return [
                {"type": "context_consumed", "session_context_usage": usage, "created_at": _now()}
            ]
        case NoticeFrame():
            return [
                {
                    "type": "compaction_started",
                    "id": frame.id or new_key("aev"),
                    "session_key": texts.target.session_key,
                    "created_at": _now(),
                }
            ]
    return []


class _Texts:
    """What the client has been told of the texts being written, so that it misses no piece."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self._told = {"agent_output": "", "thinking": ""}

    async def add(self, frame: DeltaFrame) -> list[JSON]:
        told = len(self._told[frame.kind])
        if frame.offset > told:
            # Deltas were lost. The text so far has them, or the event at the end will.
            draft = await bus.draft(self.target.session_id)
            same = draft and draft.turn_id == frame.turn_id and draft.kind == frame.kind
            return self._tell(frame.kind, draft.text[told:]) if draft and same else []
        return self._tell(frame.kind, frame.text[told - frame.offset :])

    def close(self, frame: EventFrame) -> list[JSON]:
        """The rest of the text, if any, and the end of it."""
        body = frame.body
        if not isinstance(body, AgentOutput | Thinking):
            return []
        told = self._told[body.type]
        rest = body.content[len(told) :] if body.content.startswith(told) else ""
        values = self._tell(body.type, rest)
        self._told[body.type] = ""
        end: JSON = {"type": f"streaming_{body.type}_end", "created_at": frame.created_at}
        if isinstance(body, AgentOutput):
            end["event_id"] = frame.id
        return [*values, end]

    def _tell(self, kind: str, text: str) -> list[JSON]:
        if not text:
            return []
        self._told[kind] += text
        return [{"type": f"streaming_{kind}", "content": text, "created_at": _now()}]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
