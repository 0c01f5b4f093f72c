"""Read a text artifact, a window of lines at a time."""

import base64
from typing import Any, Literal

from pydantic import Field

from chatapp.errors import ToolError
from chatapp.services.artifacts import read_artifact
from chatapp.tools.artifacts import find_artifact, text_of
from chatapp.tools.base import Tool, ToolArguments, ToolContext

DEFAULT_LINES = 200
DEFAULT_BYTES = 262_144


class ArtifactReadInput(ToolArguments):
    artifact_id: str = Field(description="The artifact's id, such as art_0123.")
    encoding: Literal["raw", "base64"] = Field("raw", description="base64 for binary files.")
    start_line: int | None = Field(None, ge=1, description="First line to read, from 1.")
    end_line: int | None = Field(None, ge=1, description="Last line to read, inclusive.")


class ArtifactRead(Tool[ArtifactReadInput], name="artifact_read"):
    """Read a file of this session. Text comes in windows of lines; ask again for the next one.
    PDF, Word and other documents must be converted to Markdown first."""

    title = "Read a file"
    Input = ArtifactReadInput
    may_offload = False

    async def call(self, arguments: ArtifactReadInput, context: ToolContext) -> dict[str, Any]:
        return await context.database.run(self._read, arguments, context)

    def _read(self, arguments: ArtifactReadInput, context: ToolContext) -> dict[str, Any]:
        artifact = find_artifact(context, arguments.artifact_id)
        limits = self.configuration.get("tool_configuration") or {}
        most_bytes = limits.get("max_size_bytes", DEFAULT_BYTES)
        named = {"artifact_id": artifact.key, "filename": artifact.filename}
        if arguments.encoding == "base64":
            if artifact.size_bytes > most_bytes:
                raise ToolError(f"The file has more than {most_bytes} bytes.", code="too_large")
            data = base64.b64encode(read_artifact(artifact)).decode()
            return {**named, "encoding": "base64", "content": data}
        lines = text_of(artifact).splitlines()
        first = arguments.start_line or 1
        most_lines = limits.get("max_lines", DEFAULT_LINES)
        last = min(arguments.end_line or len(lines), len(lines), first + most_lines - 1)
        if first > max(len(lines), 1) or (arguments.end_line and arguments.end_line < first):
            raise ToolError(f"The file has lines 1 to {len(lines)}.", code="out_of_range")
        window, last = _fitting(lines[first - 1 : last], first, most_bytes)
        return {
            **named,
            "content": "\n".join(window),
            "start_line": first,
            "end_line": last,
            "total_lines": len(lines),
            "truncated": last < (arguments.end_line or len(lines)),
        }


def _fitting(lines: list[str], first: int, most_bytes: int) -> tuple[list[str], int]:
    """As many whole lines as fit, at least one (cut), and the number of the last."""
    size, kept = 0, []
    for line in lines:
        size += len(line.encode()) + 1
        if size > most_bytes:
            break
        kept.append(line)
    if lines and not kept:
        kept = [lines[0].encode()[:most_bytes].decode(errors="ignore")]
    return kept, first + len(kept) - 1
