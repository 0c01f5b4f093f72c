"""Tools that exist only at Vectara itself. Agents that name one still work; the tool says no."""

from typing import Any

from chatapp.errors import ToolError
from chatapp.tools.base import Tool, ToolContext
from chatapp.tools.schemas import AnyArguments


class DynamicVectara(Tool[AnyArguments], name="dynamic_vectara"):
    """Not available on this server."""

    Input = AnyArguments

    async def call(self, arguments: AnyArguments, context: ToolContext) -> dict[str, Any]:
        tool_id = self.configuration.get("tool_id")
        raise ToolError(
            f"The tool {tool_id!r} runs at Vectara and is not available on this server.",
            code="not_available",
        )
