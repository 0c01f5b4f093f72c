"""Write a text file into the session."""

from typing import Any

from pydantic import Field

from chatapp.lib.mime import sniff
from chatapp.services.artifacts import add_text_artifact
from chatapp.tools.base import Tool, ToolArguments, ToolContext

MAX_CHARS = 2_000_000


class ArtifactCreateInput(ToolArguments):
    filename: str = Field(min_length=1, max_length=200, description="With an extension: notes.md.")
    content: str = Field(max_length=MAX_CHARS, description="The whole text of the file.")
    mime_type: str | None = Field(None, max_length=100, description="If the name does not say it.")
    description: str = Field("", max_length=1_000, description="One line on what the file is.")


class ArtifactCreate(Tool[ArtifactCreateInput], name="artifact_create"):
    """Create a text file in this session, which the user can open and download."""

    title = "Create a file"
    Input = ArtifactCreateInput

    async def call(self, arguments: ArtifactCreateInput, context: ToolContext) -> dict[str, Any]:
        data = arguments.content.encode()
        artifact = await context.database.run(
            add_text_artifact,
            session=context.session,
            filename=arguments.filename,
            text=arguments.content,
            mime_type=sniff(data[:8192], arguments.filename, arguments.mime_type),
            description=arguments.description,
            # The same call again, after a crash, is the same file.
            client_id=f"{context.turn_id}.{context.tool_call_id}"[:100],
        )
        return artifact.as_uploaded()
