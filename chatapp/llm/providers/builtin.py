"""The built-in model: no key, no network. Thinks by rules, streams like any other."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from secrets import token_hex

from chatapp.llm.base import (
    Chunk,
    Citations,
    Finish,
    LLMRequest,
    Provider,
    TextDelta,
    ThinkingDelta,
    ToolCall,
    Usage,
)
from chatapp.llm.builtin.brain import next_move
from chatapp.llm.builtin.moves import Act, Say
from chatapp.search.embedder import default_embedder

DELAY = 0.01
WORDS_AT_ONCE = 3
MOST_PIECES = 150


class BuiltIn(Provider, name="builtin"):
    """`options` may hold `delay`, the seconds between two pieces of text."""

    async def stream(self, request: LLMRequest) -> AsyncIterator[Chunk]:
        # Ranking takes up to a second of CPU, so it must not hold up the event loop.
        move = await asyncio.to_thread(next_move, request, default_embedder())
        sent = _size(request)
        if isinstance(move, Act):
            yield ThinkingDelta(move.thought)
            for call in move.calls:
                arguments = json.dumps(call.arguments, ensure_ascii=False)
                yield ToolCall(f"call_{token_hex(8)}", call.name, arguments)
            yield Usage(sent, self.count_tokens(str(move.calls)))
            yield Finish("tool_calls")
            return
        async for chunk in self._say(move, request, sent):
            yield chunk

    async def _say(self, say: Say, request: LLMRequest, sent: int) -> AsyncIterator[Chunk]:
        text, was_cut = _within_limit(say.text, request.parameters.get("max_tokens"))
        delay = _delay(self.options.get("delay", DELAY))
        if say.thought:
            yield ThinkingDelta(say.thought)
        for piece in pieces(text):
            yield TextDelta(piece)
            await asyncio.sleep(delay)
        if say.sources:
            yield Citations(say.sources)
        yield Usage(sent, self.count_tokens(text))
        yield Finish("length" if was_cut else "stop")


def pieces(text: str) -> list[str]:
    """A few words at a time; more at a time when there is much to say."""
    words = re.findall(r"\S+\s*|^\s+", text)
    at_once = max(WORDS_AT_ONCE, -(-len(words) // MOST_PIECES))
    return ["".join(words[at : at + at_once]) for at in range(0, len(words), at_once)]


def _delay(value: object) -> float:
    return min(max(float(value), 0.0), 1.0) if isinstance(value, int | float) else DELAY


def _within_limit(text: str, limit: object) -> tuple[str, bool]:
    if not isinstance(limit, int) or isinstance(limit, bool) or limit < 1 or len(text) <= limit * 4:
        return text, False
    return text[: limit * 4], True


def _size(request: LLMRequest) -> int:
    """About how many tokens a model would have been sent."""
    history = sum(len(body.model_dump_json()) for body in request.history)
    tools = sum(len(tool.description) + len(str(tool.input_schema)) for tool in request.tools)
    return (len(request.instructions) + history + tools) // 4 + 1
