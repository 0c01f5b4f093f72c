"""A `Reply` as the frames that OpenAI's and Anthropic's servers would send. Knows no sockets."""

import json
from collections.abc import Iterator
from functools import lru_cache
from itertools import cycle, islice
from time import monotonic
from typing import Any

from tests.fake_openai.replies import Call, Reply

WORDS = """
The answer is a matter of patience, since the water has to be hot before the leaves go in and
nobody can hurry a kettle; so we wait, we listen, and then we pour it slowly.
""".split()  # noqa: SIM905 - it reads better
ID = "chatcmpl-7Qyqg0T5wJmD3kXz"
MODEL = "fake-1"


def pieces(text: str | tuple[str, ...], tokens: int = 0) -> Iterator[str]:
    """A text as a model would stream it: word by word."""
    if isinstance(text, tuple):
        yield from text
        return
    words = islice(cycle(WORDS), tokens) if tokens else text.split(" ") if text else ()
    for n, word in enumerate(words):
        yield f" {word}" if n else word


def stamped(tokens: int) -> Iterator[str]:
    """Tokens that tell their number and the time they leave at, `12x81234567`, in 0.1 ms.

    They are in paragraphs with bold words, as answers are.
    """
    for n in range(tokens):
        gap = "" if n == 0 else "\n\n" if n % 60 == 0 else " "
        stamp = f"{n}x{monotonic() * 10_000:.0f}"
        yield f"{gap}**{stamp}**" if n % 15 == 7 else gap + stamp


def frame(value: Any, event: str = "") -> bytes:
    head = f"event: {event}\n" if event else ""
    return f"{head}data: {json.dumps(value)}\n\n".encode()


class OpenAIDialect:
    """`/v1/chat/completions`."""

    def __init__(self, reply: Reply, body: dict[str, Any]) -> None:
        self.reply = reply
        self.wants_usage = bool((body.get("stream_options") or {}).get("include_usage"))

    def frames(self) -> Iterator[bytes]:
        reply = self.reply
        yield self.delta({"role": "assistant", "content": ""})
        for piece in pieces(reply.thinking):
            yield self.delta({reply.thinking_field: piece})
        for piece in stamped(reply.tokens) if reply.stamped else pieces(reply.text, reply.tokens):
            yield self.text(piece)
        for index, call in enumerate(reply.tools):
            yield from self.call(index, call)
        yield self.finish()
        if reply.usage and self.wants_usage:
            yield self.usage()
        yield b"data: [DONE]\n\n"

    def call(self, index: int, call: Call) -> Iterator[bytes]:
        """The head first, then the arguments in three parts, as real servers do."""
        head: dict[str, Any] = {"index": index, "type": "function"}
        if call.id is not None:
            head["id"] = f"call_{index}" if call.id == "auto" else call.id
        yield self.delta(
            {"tool_calls": [head | {"function": {"name": call.name, "arguments": ""}}]}
        )
        for part in thirds(call.arguments):
            yield self.delta({"tool_calls": [{"index": index, "function": {"arguments": part}}]})

    @staticmethod
    @lru_cache(maxsize=1024)
    def text(piece: str) -> bytes:
        return OpenAIDialect.delta({"content": piece})

    @staticmethod
    def delta(delta: Any, finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return frame(
            {
                "id": ID,
                "object": "chat.completion.chunk",
                "created": 1_790_000_000,
                "model": MODEL,
                "system_fingerprint": "fp_0",
                "choices": [choice],
            }
        )

    def finish(self) -> bytes:
        return self.delta({}, self.reply.finish or ("tool_calls" if self.reply.tools else "stop"))

    def usage(self) -> bytes:
        details = {"reasoning_tokens": 3 if self.reply.thinking else 0}
        tokens = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
        usage = tokens | {"completion_tokens_details": details}
        return frame({"id": ID, "model": MODEL, "choices": [], "usage": usage})

    def error(self) -> bytes:
        return frame(
            {"error": self.reply.error or {"message": "The model fell over.", "code": 500}}
        )

    def oddities(self) -> Iterator[bytes]:
        """Frames that are JSON and yet make no sense."""
        for value in ([], 7, None, {}, {"choices": 3}, {"choices": [7]}, {"choices": [{}]}):
            yield frame(value)
        for delta in (None, 7, [], {"content": 5}, {"content": None}, {"tool_calls": 7}):
            yield self.delta(delta)
        for call in (7, {}, {"index": "x"}, {"index": 10**30}, {"index": 0, "function": 7}):
            yield self.delta({"tool_calls": [call]})
        yield frame({"choices": [{"index": 5, "delta": {"content": "another choice"}}]})
        yield frame({"choices": [], "usage": {"prompt_tokens": "many"}})
        yield frame({"choices": [{"index": 0, "delta": {}, "finish_reason": 7}]})

    def empty(self) -> bytes:
        return frame({"id": ID, "choices": []})


class AnthropicDialect:
    """`/v1/messages`."""

    def __init__(self, reply: Reply, body: dict[str, Any]) -> None:
        self.reply = reply

    def frames(self) -> Iterator[bytes]:
        reply, index = self.reply, 0
        usage = {"input_tokens": 11, "output_tokens": 1}
        message = {"id": "msg_1", "role": "assistant", "model": MODEL, "content": []}
        yield self.event("message_start", message=message | {"usage": usage})
        yield self.event("ping")
        if reply.thinking:
            deltas = [{"type": "thinking_delta", "thinking": p} for p in pieces(reply.thinking)]
            yield from self.block(index, {"type": "thinking", "thinking": ""}, deltas)
            index += 1
        if reply.text or reply.tokens:
            parts = pieces(reply.text, reply.tokens)
            deltas = [{"type": "text_delta", "text": piece} for piece in parts]
            yield from self.block(index, {"type": "text", "text": ""}, deltas)
            index += 1
        for n, call in enumerate(reply.tools):
            yield from self.call(index + n, call)
        yield self.finish()
        yield self.event("message_stop")

    def call(self, index: int, call: Call) -> Iterator[bytes]:
        head: dict[str, Any] = {"type": "tool_use", "name": call.name, "input": {}}
        if call.id is not None:
            head["id"] = f"toolu_{index}" if call.id == "auto" else call.id
        deltas = [
            {"type": "input_json_delta", "partial_json": part} for part in thirds(call.arguments)
        ]
        yield from self.block(index, head, deltas)

    def block(self, index: int, start: Any, deltas: list[Any]) -> Iterator[bytes]:
        yield self.event("content_block_start", index=index, content_block=start)
        for delta in deltas:
            yield self.event("content_block_delta", index=index, delta=delta)
        yield self.event("content_block_stop", index=index)

    @staticmethod
    def event(kind: str, **values: Any) -> bytes:
        return frame({"type": kind, **values}, kind)

    def text(self, piece: str) -> bytes:
        delta = {"type": "text_delta", "text": piece}
        return self.event("content_block_delta", index=0, delta=delta)

    def finish(self) -> bytes:
        reason = self.reply.finish or ("tool_use" if self.reply.tools else "end_turn")
        delta = {"stop_reason": reason, "stop_sequence": None}
        return self.event("message_delta", delta=delta, usage={"output_tokens": 7})

    def error(self) -> bytes:
        error = self.reply.error or {"type": "api_error", "message": "The model fell over."}
        return self.event("error", error=error)

    def oddities(self) -> Iterator[bytes]:
        for value in ([], 7, None, {}, {"type": 7}, {"type": "content_block_delta"}):
            yield frame(value)
        for delta in (None, 7, {}, {"type": "text_delta"}, {"type": "text_delta", "text": 5}):
            yield self.event("content_block_delta", index=0, delta=delta)
        yield self.event("content_block_start", index="x", content_block=7)
        yield self.event("content_block_start", index=70, content_block={"type": "tool_use"})
        yield self.event("content_block_delta", index=99, delta={"type": "input_json_delta"})
        yield self.event("message_start", message=7)
        yield self.event("message_delta", delta=7, usage=7)

    def empty(self) -> bytes:
        return self.event("ping")


Dialect = OpenAIDialect | AnthropicDialect


def thirds(text: str) -> Iterator[str]:
    size = max(1, -(-len(text) // 3))
    for start in range(0, len(text), size):
        yield text[start : start + size]
