"""Functions that people wrote, as tools."""

from typing import Any

from chatapp.errors import ToolError
from chatapp.models import Tool as ToolRow
from chatapp.tools.base import ToolContext
from chatapp.tools.lambdas import FunctionFailed, Limits, run_function
from chatapp.tools.rows import RowTool
from chatapp.tools.schemas import AnyArguments, fitting_arguments


class Function(RowTool, name="lambda"):
    """A function in Python."""

    limits = Limits()

    def load(self) -> bool:
        self.row = self.find(ToolRow.Type.LAMBDA)
        if self.row is None:
            return False
        self.limits = Limits.of(self.row.execution_configuration)
        # Waiting for a free place to run counts, too.
        self.timeout = self.limits.seconds + 40
        return True

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
