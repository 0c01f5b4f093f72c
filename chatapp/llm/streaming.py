"""Plays a model server's answer: read, assemble, give back chunks, and know a broken one.

What the payloads mean is an assembler's business; each provider has its own.
"""

from collections.abc import AsyncIterator
from typing import Any, Literal

import orjson

from chatapp.errors import TurnError
from chatapp.llm.base import Chunk, Finish, TextDelta, ThinkingDelta, ToolCall, Usage
from chatapp.llm.failures import failure
from chatapp.llm.http import EventStream, StreamOptions, ask

FinishReason = Literal["stop", "tool_calls", "length", "content_filter"]

# How long to listen on, once the answer is complete: for the usage, and for the
# end of the body, without which the connection cannot be used again.
AFTERWORD = 2.0
FAREWELL = 0.05
SECRET_HEADERS = ("authorization", "x-api-key")


class Assembler:
    """Makes chunks of payloads. Expects anything and never raises for it.

    A subclass says in `take_frame` what a frame means, and in `calls` which tools are called.
    """

    def __init__(self) -> None:
        self.heard = False  # something was understood
        self.begun = False  # there was a part of the answer in it
        self.done = False  # the server says that nothing more comes
        self.size = 0
        self.finish: FinishReason | None = None
        self.usage: Usage | None = None
        self.error: TurnError | None = None

    def take(self, payload: bytes) -> list[Chunk]:
        """The chunks that a payload brings. What is no JSON object is passed over."""
        if payload == b"[DONE]":
            self.done = True
            return []
        try:
            frame = orjson.loads(payload)
        except orjson.JSONDecodeError:
            return []
        return self.take_frame(frame) if isinstance(frame, dict) else []

    def take_frame(self, frame: dict[str, Any]) -> list[Chunk]:
        raise NotImplementedError

    def calls(self) -> list[ToolCall]:
        raise NotImplementedError

    def text(self, text: object) -> list[Chunk]:
        return [TextDelta(clean)] if (clean := self._clean(text)) else []

    def thinking(self, text: object) -> list[Chunk]:
        return [ThinkingDelta(clean)] if (clean := self._clean(text)) else []

    def _clean(self, text: object) -> str:
        """The text, if it is one and comes in time. PostgreSQL cannot store the NUL."""
        if not isinstance(text, str) or not text or self.finish:
            return ""
        self.grow(text)
        return text.replace("\0", "")

    def grow(self, part: str) -> None:
        self.begun = True
        self.size += len(part) + 1


async def chunks(
    reply: Assembler,
    url: str,
    headers: dict[str, str],
    body: dict[str, Any],
    options: StreamOptions,
) -> AsyncIterator[Chunk]:
    """Ask, and give back the answer as it comes; its calls, usage and finish at the end."""
    room = options.max_output_chars
    try:
        async with ask(url, headers, body, options) as stream:
            while reply.size <= room and (payloads := await stream.read()) is not None:
                for payload in payloads:
                    for chunk in reply.take(payload):
                        yield chunk
                _mind(stream, reply)
            if reply.size <= room and reply.finish is None:
                raise _broken_off(stream, reply)
    except TurnError as error:
        error.detail = _without_secrets(error.detail, headers, options)
        raise
    for chunk in _ending(reply):
        yield chunk


def _mind(stream: EventStream, reply: Assembler) -> None:
    """Set the patience that this part of the answer deserves."""
    if reply.finish is None:
        if reply.error is not None:
            raise reply.error
        if reply.begun:
            stream.begin()
    elif reply.done:
        stream.end_within(FAREWELL)
    elif not stream.is_ending:
        stream.end_within(AFTERWORD)


def _broken_off(stream: EventStream, reply: Assembler) -> TurnError:
    if stream.received and not reply.heard:
        return failure("provider_protocol", "There was nothing to understand in the answer.")
    return failure("incomplete", "The answer ended without a finish reason.")


def _ending(reply: Assembler) -> list[Chunk]:
    if reply.finish is None:
        # Cut by us, as too long. The last call may lack its end, and a part of a call is none.
        return [Finish("length")]
    calls = reply.calls()
    reason = reply.finish
    if reason in ("stop", "tool_calls"):
        reason = "tool_calls" if calls else "stop"
    return [*calls, *([reply.usage] if reply.usage else []), Finish(reason)]


def _without_secrets(detail: str, headers: dict[str, str], options: StreamOptions) -> str:
    """Servers like to quote the key they refuse."""
    for name, value in (headers | options.headers).items():
        secret = value.removeprefix("Bearer ")
        if secret and (name in SECRET_HEADERS or name in options.headers):
            detail = detail.replace(secret, "[key]")
    return detail
