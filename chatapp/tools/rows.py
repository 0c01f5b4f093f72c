"""What tools that are stored as rows have in common: functions, and tools of servers."""

from typing import Any

from chatapp.models import Tool as ToolRow
from chatapp.tools.base import Tool
from chatapp.tools.schemas import AnyArguments


class RowTool(Tool[AnyArguments]):
    """Described by its row. `load` sets the row; without one the tool is not offered."""

    Input = AnyArguments
    row: ToolRow | None = None

    @property
    def shown_name(self) -> str:
        return self.row.name if self.row else self.name

    def description(self) -> str:
        return self.row.description if self.row else super().description()

    def input_schema(self) -> dict[str, Any]:
        return dict(self.row.input_schema) if self.row else {"type": "object"}

    def find(self, kind: ToolRow.Type) -> ToolRow | None:
        rows = ToolRow.objects.usable().select_related("server").filter(type=kind)
        return rows.filter(key=self.configuration.get("tool_id")).first()
