"""Reads a history: what was said, what the tools were asked and what they answered.

Takes whatever a tool may have answered; knows no files and no language.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from chatapp.events.bodies import (
    AgentOutput,
    Compaction,
    EventBody,
    InputMessage,
    StructuredOutput,
    ToolInput,
    ToolOutput,
    TurnFailed,
)
from chatapp.llm.base import ToolSpec

LONGEST_MESSAGE = 20_000
MOST_MESSAGES = 400


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call of the history. `output` is None while nothing came back."""

    tool: str
    tool_type: str
    arguments: dict[str, Any]
    output: dict[str, Any] | None
    failed: bool

    @property
    def error(self) -> str:
        """Why it failed, in the tool's own words."""
        if not self.failed or self.output is None:
            return ""
        error = self.output.get("error", "")
        return text_of(error.get("message") if isinstance(error, dict) else error)


@dataclass(frozen=True, slots=True)
class Conversation:
    """`message` is what is to be answered now; `earlier` is what the user wrote before it."""

    history: Sequence[EventBody]
    message: str = ""
    earlier: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    summary: str = ""
    turn_start: int = 0
    calls: tuple[Call, ...] = ()
    calls_now: tuple[Call, ...] = field(default=())


def read_history(history: Sequence[EventBody], tools: Sequence[ToolSpec]) -> Conversation:
    start = _turn_start(history)
    inputs = [(at, body.text) for at, body in enumerate(history) if isinstance(body, InputMessage)]
    types = {tool.name: tool.tool_type for tool in tools}
    return Conversation(
        history=history,
        message=inputs[-1][1][:LONGEST_MESSAGE].strip() if inputs else "",
        earlier=tuple(text[:LONGEST_MESSAGE] for _, text in inputs[:-1][-MOST_MESSAGES:]),
        answers=tuple(body.content for body in history if isinstance(body, AgentOutput)),
        summary="\n".join(body.summary_text for body in history if isinstance(body, Compaction)),
        turn_start=start,
        calls=tuple(_calls(history, types)),
        calls_now=tuple(_calls(history[start:], types)),
    )


def text_of(value: Any) -> str:
    """A text, whatever a tool put where one belongs."""
    return value if isinstance(value, str) else ""


def dicts_of(value: Any) -> list[dict[str, Any]]:
    """The objects in a list, whatever a tool put where one belongs."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def int_of(value: Any, default: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else default


def _turn_start(history: Sequence[EventBody]) -> int:
    """Where the input to answer stands: the first one that no answer has followed yet."""
    start = 0
    waiting = False
    for at, body in enumerate(history):
        if isinstance(body, InputMessage):
            if not waiting:
                start = at
            waiting = True
        elif isinstance(body, AgentOutput | StructuredOutput | TurnFailed):
            waiting = False
    return start


def _calls(history: Sequence[EventBody], types: dict[str, str]) -> list[Call]:
    outputs = {body.tool_call_id: body for body in history if isinstance(body, ToolOutput)}
    calls: list[Call] = []
    for body in history:
        if isinstance(body, ToolInput):
            output = outputs.get(body.tool_call_id)
            calls.append(
                Call(
                    tool=body.tool_configuration_name,
                    tool_type=types.get(body.tool_configuration_name, body.tool_name),
                    arguments=body.tool_input,
                    output=output.tool_output if output else None,
                    failed=output.error if output else False,
                )
            )
    return calls
