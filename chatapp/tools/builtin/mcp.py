"""Tools of MCP servers."""

from typing import Any

from django.core.files.base import ContentFile

from chatapp.errors import ToolError
from chatapp.lib.filetypes import type_of
from chatapp.models import Artifact
from chatapp.models import Tool as ToolRow
from chatapp.services.artifacts import add_artifact
from chatapp.services.tool_offers import Offer, is_as_approved, require_review
from chatapp.tools.base import ToolContext
from chatapp.tools.rows import RowTool
from chatapp.tools.schemas import AnyArguments, fitting_arguments
from chatapp.tools.servers import Result, ServerAddress, call_tool


class Mcp(RowTool, name="mcp"):
    """A tool of an MCP server."""

    has_effects = True
    address: ServerAddress | None = None

    def load(self) -> bool:
        self.row = self.find(ToolRow.Type.MCP)
        if self.row is None or self.row.server is None:
            return False
        self.address = ServerAddress.of(self.row.server)
        return True

    def validate(self, arguments: dict[str, Any]) -> AnyArguments:
        schema = self.input_schema()
        locked = self.configuration.get("argument_override")
        is_open = bool(schema.get("additionalProperties")) and not locked
        return fitting_arguments(arguments, schema, is_open=is_open)

    async def call(self, arguments: AnyArguments, context: ToolContext) -> dict[str, Any]:
        row, address = self.row, self.address
        if row is None or address is None:
            raise ToolError("This tool is not available.", code="not_available")

        offered: list[Offer] = []

        def is_known(offer: Offer) -> bool:
            offered.append(offer)
            return is_as_approved(row, offer)

        try:
            result = await call_tool(address, is_known, row.name, arguments.values())
        except ToolError as exc:
            if exc.code == "changed":
                now = offered[0] if offered else None
                await context.database.run(require_review, tool=row, offer=now)
            raise
        if result.is_error:
            raise ToolError(result.text[:4000] or "The tool failed.", code="tool_error")
        return await context.database.run(_with_files, result, context)


def _extension(mime_type: str) -> str:
    known = type_of(mime_type)
    return f".{known.extensions[0]}" if known and known.extensions else ""


def _with_files(result: Result, context: ToolContext) -> dict[str, Any]:
    artifacts = [
        add_artifact(
            session=context.session,
            file=ContentFile(file.data),
            filename=f"{context.configuration_name}-{number}{_extension(file.mime_type)}",
            mime_type=file.mime_type,
            created_by=Artifact.CreatedBy.TOOL,
            client_id=f"{context.turn_id}.{context.tool_call_id}.{number}"[:100],
        ).as_uploaded()
        for number, file in enumerate(result.files, start=1)
    ]
    return {**result.output, **({"artifacts": artifacts} if artifacts else {})}
