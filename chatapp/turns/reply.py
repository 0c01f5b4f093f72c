"""One reply of the model, put together from its chunks."""

import json
import re
import time
from collections.abc import Iterator
from typing import Any

from chatapp.errors import ProviderError
from chatapp.events.bodies import AgentOutput, EventBody, Source, StructuredOutput, Thinking
from chatapp.lib.json_schemas import SchemaUnusable, problems
from chatapp.lib.strict_json import clean
from chatapp.llm.base import (
    Chunk,
    Citations,
    Finish,
    OutputSchema,
    TextDelta,
    ThinkingDelta,
    ToolCall,
    Usage,
)
from chatapp.turns.happenings import Delta

MAX_CALLS = 64


def fitting(text: str, schema: OutputSchema) -> Any:
    """The JSON in `text`, if it fits. Raises ProviderError otherwise."""
    try:
        value = clean(json.loads(_without_fence(text)))
        misfits = problems(value, schema.schema, most=5)
    except SchemaUnusable as exc:
        raise _misfit(f"The schema itself cannot be used: {exc}") from exc
    except (ValueError, RecursionError) as exc:
        raise _misfit(f"It is no JSON: {exc}") from exc
    if misfits:
        raise _misfit("; ".join(misfits))
    return value


def _without_fence(text: str) -> str:
    """Many models put a code block around their JSON, whatever they are told."""
    match = re.fullmatch(r"\s*```(?:json)?\s*\n(.*?)\n?\s*```\s*", text, re.DOTALL)
    return match[1] if match else text


def _misfit(detail: str) -> ProviderError:
    return ProviderError(
        "The model's answer does not fit the schema.", reason="schema", detail=detail[:1000]
    )


class Reply:
    """Feed it chunks with `add`; it gives back what watchers may see already.

    With a schema, the text is JSON: it is shown once it is whole and fits. `served_by` goes with
    the answer.
    """

    def __init__(self, schema: OutputSchema | None = None, served_by: str = "") -> None:
        self._schema, self._served_by = schema, served_by
        self._started = time.monotonic()
        self.begin_again()

    def begin_again(self) -> None:
        """Forget what came, for another try of the same reply."""
        self.calls: list[ToolCall] = []
        self.usage = Usage(0, 0)
        self.finish: Finish | None = None
        self.first_token_ms: int | None = None
        self._text: list[str] = []
        self._thinking: list[str] = []
        self._sources: tuple[Source, ...] = ()

    def add(self, chunk: Chunk) -> Iterator[Delta | EventBody]:
        if self.first_token_ms is None and isinstance(chunk, TextDelta | ThinkingDelta | ToolCall):
            self.first_token_ms = self.duration_ms
        match chunk:
            case ThinkingDelta(text):
                self._thinking.append(text)
                yield Delta("thinking", text)
            case TextDelta(text):
                yield from self.close_thinking()
                self._text.append(text)
                if self._schema is None:
                    yield Delta("agent_output", text)
            case ToolCall():
                yield from self.close_thinking()
                self._take_call(chunk)
            case Citations(sources):
                self._sources = tuple(sources)
            case Usage():
                self.usage = chunk
            case Finish():
                self.finish = chunk

    def close_thinking(self) -> Iterator[Thinking]:
        """Thinking is over when anything else begins."""
        content, self._thinking = "".join(self._thinking), []
        if content.strip():
            yield Thinking(content=content, duration_ms=self.duration_ms)

    def answer(self) -> AgentOutput | StructuredOutput | Thinking | None:
        """The body of what was said. Raises ProviderError if it must fit a schema and does not.

        Words that go with calls of tools are no answer yet where that is to be JSON.
        """
        content = self.text
        if not content.strip():
            return None
        if self._schema and self.calls:
            return Thinking(content=content)
        if self._schema:
            fit = fitting(content, self._schema)
            return StructuredOutput(
                schema_name=self._schema.name, content=fit, served_by=self._served_by
            )
        return AgentOutput(
            content=content,
            sources=self._sources,
            truncated=self.finish is not None and self.finish.reason == "length",
            served_by=self._served_by,
        )

    @property
    def text(self) -> str:
        return "".join(self._text)

    @property
    def duration_ms(self) -> int:
        return round((time.monotonic() - self._started) * 1000)

    def _take_call(self, call: ToolCall) -> None:
        if len(self.calls) >= MAX_CALLS:
            raise ProviderError(
                f"The model asked for more than {MAX_CALLS} tools at once.", reason="tool_protocol"
            )
        if any(call.id == other.id for other in self.calls):
            call = ToolCall(f"{call.id}_{len(self.calls) + 1}", call.name, call.arguments)
        self.calls.append(call)
