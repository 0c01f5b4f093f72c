"""The tools of one step: what the model is shown of them, and calling them within limits."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import structlog

from chatapp.errors import ChatappError, ToolError
from chatapp.events.bodies import EventBody, ToolInput, ToolOutput
from chatapp.lib.strict_json import clean_text, parse_object
from chatapp.llm.base import ToolCall, ToolSpec
from chatapp.tools.base import Tool, ToolContext
from chatapp.tools.masking import masked
from chatapp.tools.offloading import Offloading
from chatapp.tools.overrides import merge, without, without_locked

log = structlog.get_logger(__name__)
JSON = dict[str, Any]
UNPARSED = "unparsed"
MAX_DESCRIPTION = 10_000


@dataclass(frozen=True)
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

    @cached_property
    def spec(self) -> ToolSpec:
        schema = without_locked(self._schema, self.locked)
        return ToolSpec(self.name, self.description[:MAX_DESCRIPTION], schema, self.tool.name)

    @cached_property
    def _schema(self) -> JSON:
        return self.tool.input_schema()

    def arguments(self, shown: Mapping[str, Any]) -> JSON:
        """What the tool gets, from what the log shows: locked values are put in anew.

        Those that are no arguments of the tool stay in its configuration.
        """
        properties = self._schema.get("properties") or {}
        own = {
            k: v for k, v in self.locked.items() if not properties or k.split(".")[0] in properties
        }
        return merge(without(shown, self.shown), own)


class Toolbox:
    """What a step may call. Any failure of a tool is an output that the model reads."""

    def __init__(
        self,
        tools: Sequence[ConfiguredTool],
        context: ToolContext,
        *,
        offloading: Offloading,
        secrets: Sequence[str] = (),
    ) -> None:
        self._tools = {tool.name: tool for tool in tools}
        self._context = context
        self._offloading = offloading
        self._secrets = tuple(secrets)

    def specs(self) -> tuple[ToolSpec, ...]:
        return tuple(tool.spec for tool in self._tools.values())

    def input_of(self, call: ToolCall) -> ToolInput:
        """The call as the log keeps it: with the locked arguments, and those named."""
        tool = self._tools.get(call.name)
        shown = tool.shown if tool else {}
        try:
            tool_input = merge(parse_object(call.arguments), shown)
        except ValueError:
            shown, tool_input = {}, {UNPARSED: clean_text(call.arguments[:2000])}
        return ToolInput(
            tool_call_id=clean_text(call.id),
            tool_configuration_name=clean_text(call.name[:200]),
            tool_name=tool.tool.shown_name if tool else clean_text(call.name[:200]),
            tool_input=tool_input,
            locked=tuple(shown),
        )

    async def call(self, body: ToolInput) -> list[EventBody]:
        """Run one call to its end, which may be an error. Only cancelling stops it.

        Returns what came of it; the last is the output.
        """
        started = time.monotonic()
        context = replace(
            self._context,
            tool_call_id=body.tool_call_id,
            configuration_name=body.tool_configuration_name,
            said=[],
        )
        output, failed = await self._outcome(body, context)
        answer = ToolOutput(
            tool_call_id=body.tool_call_id,
            tool_configuration_name=body.tool_configuration_name,
            tool_name=body.tool_name,
            tool_output=masked(output, self._secrets),
            error=failed,
            duration_ms=round((time.monotonic() - started) * 1000),
        )
        return [*context.said, answer]

    async def _outcome(self, body: ToolInput, context: ToolContext) -> tuple[JSON, bool]:
        try:
            return await self._call(body, context), False
        except ToolError as exc:
            failure = {"error": clean_text(exc.message), "code": exc.code}
        except ChatappError as exc:
            failure = {"error": clean_text(exc.message), "code": exc.code}
        except TimeoutError:
            failure = {"error": "The tool took too long.", "code": "timeout"}
        except Exception:
            log.exception("tool.crashed", tool=body.tool_name, turn_id=context.turn_id)
            failure = {"error": "The tool failed.", "code": "crashed"}
        context.said.clear()
        return failure, True

    async def _call(self, body: ToolInput, context: ToolContext) -> JSON:
        tool = self._tools.get(body.tool_configuration_name)
        if tool is None:
            raise ToolError(
                f"There is no tool {body.tool_configuration_name!r}. "
                f"There are: {', '.join(self._tools) or 'none'}.",
                code="unknown_tool",
            )
        if set(body.tool_input) == {UNPARSED}:
            raise ToolError("The arguments are not a JSON object.", code="invalid_arguments")
        arguments = tool.tool.validate(tool.arguments(body.tool_input))
        context = replace(context, configuration=dict(tool.configuration))
        async with asyncio.timeout(tool.tool.timeout):
            output = await tool.tool.call(arguments, context)
        return await context.database.run(
            self._offloading.fitting, output, context, may_offload=tool.tool.may_offload
        )
