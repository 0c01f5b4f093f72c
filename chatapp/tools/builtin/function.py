"""Functions that people wrote, as tools."""

from typing import Any

from chatapp.errors import ToolError
from chatapp.models import Tool as ToolRow
from chatapp.tools.base import Tool, ToolContext
from chatapp.tools.lambdas import FunctionFailed, Limits, run_function
from chatapp.tools.schemas import AnyArguments, fitting_arguments


class Function(Tool[AnyArguments], name="lambda"):
    """A function in Python."""

    Input = AnyArguments
    row: ToolRow | None = None
    limits = Limits()

    @property
    def shown_name(self) -> str:
        return self.row.name if self.row else self.name

    def load(self) -> bool:
        rows = ToolRow.objects.usable().filter(type=ToolRow.Type.LAMBDA)
        self.row = rows.filter(key=self.configuration.get("tool_id")).first()
        if self.row is None:
            return False
        self.limits = Limits.of(self.row.execution_configuration)
        # Waiting for a free place to run counts, too.
        self.timeout = self.limits.seconds + 40
        return True

    def description(self) -> str:
        return self.row.description if self.row else super().description()

    def input_schema(self) -> dict[str, Any]:
        return dict(self.row.input_schema) if self.row else {"type": "object"}

    def validate(self, arguments: dict[str, Any]) -> AnyArguments:
        schema = self.input_schema()
        locked = self.configuration.get("argument_override")
        return fitting_arguments(
            arguments, schema, is_open="properties" not in schema and not locked
        )

    async def call(self, arguments: AnyArguments, context: ToolContext) -> dict[str, Any]:
        if self.row is None:
            raise ToolError("This function is not available.", code="not_available")
        try:
            outcome = await run_function(self.row.code, arguments.values(), self.limits)
        except FunctionFailed as exc:
            raise ToolError(exc.message, code="function_failed") from exc
        return outcome.output
