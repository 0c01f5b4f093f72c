"""Turn a document into Markdown: a new artifact that the other tools can read."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import orjson
from pydantic import Field

from chatapp.convert import Conversion, convert
from chatapp.convert.errors import ConversionError
from chatapp.errors import ToolError
from chatapp.models import Artifact
from chatapp.services.artifacts import add_text_artifact
from chatapp.tools.artifacts import find_artifact
from chatapp.tools.base import Tool, ToolArguments, ToolContext

PREVIEW_CHARS = 1_500
_CHUNK = 2**20


class DocumentConversionInput(ToolArguments):
    artifact_id: str = Field(description="The artifact's id, such as art_0123.")
    output_format: Literal["markdown", "structured_document"] = "markdown"
    description: str = Field("", max_length=1_000, description="One line on what the document is.")


class DocumentConversion(Tool[DocumentConversionInput], name="document_conversion"):
    """Convert a document of this session (PDF, Word, PowerPoint, Excel, HTML …) to text. The
    result is a new artifact; read it with artifact_read or search it with artifact_grep."""

    title = "Convert a document"
    Input = DocumentConversionInput
    # The conversion has its own limits, and several may wait for a place.
    timeout = 180.0

    async def call(
        self, arguments: DocumentConversionInput, context: ToolContext
    ) -> dict[str, Any]:
        source = await context.database.run(find_artifact, context, arguments.artifact_id)
        conversion = await _convert(source, arguments, context)
        artifact = await context.database.run(_store, source, conversion, arguments, context)
        return {
            **artifact.as_uploaded(),
            "source_artifact_id": source.key,
            "source_filename": source.filename,
            "title": conversion.title,
            "pages": conversion.pages,
            "truncated": conversion.truncated,
            "notices": list(conversion.notices),
            "preview": conversion.markdown[:PREVIEW_CHARS],
        }


async def _convert(
    source: Artifact, arguments: DocumentConversionInput, context: ToolContext
) -> Conversion:
    async with _as_file(source) as path:
        try:
            return await convert(
                path,
                filename=source.filename,
                mime_type=source.mime_type,
                output=arguments.output_format,
            )
        except ConversionError as exc:
            raise ToolError(exc.message, code=exc.code) from exc


@asynccontextmanager
async def _as_file(source: Artifact) -> AsyncIterator[Path]:
    """The bytes as a file on this host, wherever the storage keeps them."""
    with TemporaryDirectory(prefix="chatapp-") as folder:
        path = Path(folder) / "document"
        await asyncio.to_thread(_copy, source, path)
        yield path


def _copy(source: Artifact, path: Path) -> None:
    with source.file.open("rb") as file, path.open("wb") as copy:
        while chunk := file.read(_CHUNK):
            copy.write(chunk)


def _store(
    source: Artifact,
    conversion: Conversion,
    arguments: DocumentConversionInput,
    context: ToolContext,
) -> Artifact:
    structured = arguments.output_format == "structured_document"
    return add_text_artifact(
        session=context.session,
        filename=f"{source.filename}.{'json' if structured else 'md'}",
        text=orjson.dumps(conversion.structured).decode() if structured else conversion.markdown,
        mime_type="application/json" if structured else "text/markdown",
        description=arguments.description or f"Text of {source.filename}",
        derived_from=source,
        client_id=f"{context.turn_id}.{context.tool_call_id}"[:100],
    )
