"""What tests of providers say again and again."""

from typing import Any

from chatapp.errors import TurnError
from chatapp.events.bodies import EventBody, ToolInput, ToolOutput, text_message
from chatapp.llm.base import Chunk, Finish, LLMRequest, Provider, TextDelta, ThinkingDelta, ToolCall


def request(*history: EventBody, **values: Any) -> LLMRequest:
    return LLMRequest("fake-1", "Be brief.", history or (text_message("Hi"),), **values)


async def answer(provider: Provider, asked: LLMRequest | None = None) -> list[Chunk]:
    return [chunk async for chunk in provider.stream(asked or request())]


async def broken_answer(
    provider: Provider, asked: LLMRequest | None = None
) -> tuple[list[Chunk], TurnError | None]:
    """What came before the error, and the error."""
    chunks: list[Chunk] = []
    try:
        async for chunk in provider.stream(asked or request()):
            chunks.append(chunk)  # noqa: PERF401 - what came before an error counts
    except TurnError as error:
        return chunks, error
    return chunks, None


def text(chunks: list[Chunk]) -> str:
    return "".join(chunk.text for chunk in chunks if isinstance(chunk, TextDelta))


def thoughts(chunks: list[Chunk]) -> str:
    return "".join(chunk.text for chunk in chunks if isinstance(chunk, ThinkingDelta))


def calls(chunks: list[Chunk]) -> list[ToolCall]:
    return [chunk for chunk in chunks if isinstance(chunk, ToolCall)]


def finishes(chunks: list[Chunk]) -> list[str]:
    return [chunk.reason for chunk in chunks if isinstance(chunk, Finish)]


def tool_input(id: str = "c1", name: str = "search", **arguments: Any) -> ToolInput:
    return ToolInput(
        tool_call_id=id,
        tool_configuration_name=name,
        tool_name="corpora_search",
        tool_input=arguments,
    )


def tool_output(id: str = "c1", name: str = "search", **output: Any) -> ToolOutput:
    return ToolOutput(
        tool_call_id=id,
        tool_configuration_name=name,
        tool_name="corpora_search",
        tool_output=output,
        error="error" in output,
    )
