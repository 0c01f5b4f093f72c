"""The tools of one turn: what the model is shown of them, and calling them within limits."""

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from chatapp.errors import ChatappError, ToolError
from chatapp.events.bodies import ToolInput, ToolOutput
from chatapp.llm.base import ToolCall, ToolSpec
from chatapp.tools.base import Tool, ToolContext
from chatapp.tools.overrides import merge, without_locked

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ConfiguredTool:
    """A tool as one agent has set it up, with references resolved.

    `shown` are the locked arguments as events show them: secrets are masked.
    """

    name: str
    tool: Tool[Any]
    description: str
    configuration: Mapping[str, Any] = field(default_factory=dict)
    locked: Mapping[str, Any] = field(default_factory=dict)
    shown: Mapping[str, Any] = field(default_factory=dict)

    def spec(self) -> ToolSpec:
        schema = without_locked(self.tool.input_schema(), self.locked)
        return ToolSpec(self.name, self.description, schema, self.tool.name)

    def arguments(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Locked values win; those that are no arguments of the tool stay in its configuration."""
        return merge(given, {key: self.locked[key] for key in self._own(self.locked)})

    def shown_arguments(self, given: Mapping[str, Any]) -> dict[str, Any]:
        return merge(given, self.shown)

    def _own(self, locked: Mapping[str, Any]) -> list[str]:
        properties = self.tool.input_schema().get("properties", {})
        return [key for key in locked if key.split(".")[0] in properties]


class Toolbox:
    """What a turn may call. Any failure of a tool is an output that the model reads."""

    def __init__(self, tools: Sequence[ConfiguredTool], context: ToolContext) -> None:
        self._tools = {tool.name: tool for tool in tools}
        self._context = context

    def specs(self, allowed: Sequence[str] | None = None) -> tuple[ToolSpec, ...]:
        return tuple(
            tool.spec() for name, tool in self._tools.items() if allowed is None or name in allowed
        )

    def input_of(self, call: ToolCall) -> ToolInput:
        """The call as the log keeps it: with the locked arguments, and those named."""
        tool = self._tools.get(call.name)
        given = _parse(call.arguments)
        shown = tool.shown_arguments(given) if tool and isinstance(given, dict) else given
        return ToolInput(
            tool_call_id=call.id,
            tool_configuration_name=call.name,
            tool_name=tool.tool.name if tool else call.name,
            tool_input=shown if isinstance(shown, dict) else {"unparsed": call.arguments[:2000]},
            locked=tuple(tool.shown) if tool else (),
        )

    def has_effects(self, body: ToolInput) -> bool:
        tool = self._tools.get(body.tool_configuration_name)
        return tool is not None and tool.tool.has_effects

    async def call(self, body: ToolInput, allowed: Sequence[str] | None = None) -> ToolOutput:
        """Run one call to its end, which may be an error. Only cancelling stops it."""
        started = time.monotonic()
        try:
            output, failed = await self._call(body, allowed), False
        except ToolError as exc:
            output, failed = {"error": exc.message, "code": exc.code}, True
        except ChatappError as exc:
            output, failed = {"error": exc.message, "code": exc.code}, True
        except TimeoutError:
            output, failed = {"error": "The tool took too long.", "code": "timeout"}, True
        except Exception:
            log.exception("tool.crashed", tool=body.tool_name, turn_id=self._context.turn_id)
            output, failed = {"error": "The tool failed.", "code": "crashed"}, True
        return ToolOutput(
            tool_call_id=body.tool_call_id,
            tool_configuration_name=body.tool_configuration_name,
            tool_name=body.tool_name,
            tool_output=output,
            error=failed,
            duration_ms=round((time.monotonic() - started) * 1000),
        )

    async def _call(self, body: ToolInput, allowed: Sequence[str] | None) -> dict[str, Any]:
        tool = self._tools.get(body.tool_configuration_name)
        if tool is None or (allowed is not None and tool.name not in allowed):
            names = ", ".join(name for name in self._tools if allowed is None or name in allowed)
            raise ToolError(
                f"There is no tool {body.tool_configuration_name!r}. There are: {names or 'none'}.",
                code="unknown_tool",
            )
        if set(body.tool_input) == {"unparsed"}:
            raise ToolError("The arguments are not a JSON object.", code="invalid_arguments")
        arguments = tool.tool.validate(tool.arguments(_own_arguments(tool, body.tool_input)))
        context = ToolContext(
            session=self._context.session,
            turn_id=self._context.turn_id,
            tool_call_id=body.tool_call_id,
            configuration_name=tool.name,
            configuration=dict(tool.configuration),
            database=self._context.database,
        )
        async with asyncio.timeout(tool.tool.timeout):
            return await tool.tool.call(arguments, context)


def _own_arguments(tool: ConfiguredTool, shown: Mapping[str, Any]) -> dict[str, Any]:
    """What the model said, out of what the log shows: locked top-level keys are put in anew."""
    return {key: value for key, value in shown.items() if key not in tool.shown}


def _parse(arguments: str) -> Any:
    """The model's JSON. A key given twice is refused: which of them counts must not be luck."""
    try:
        return json.loads(arguments or "{}", object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        return None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("A key is given twice.")
    return value
