"""Show an image of the session to the model."""

from typing import Any, Literal

from pydantic import Field

from chatapp.events.bodies import ImageRead as ImageReadBody
from chatapp.llm.base import ImageInput
from chatapp.tools.artifacts import find_artifact
from chatapp.tools.base import Tool, ToolArguments, ToolContext
from chatapp.tools.images import image_for_model


class ImageReadInput(ToolArguments):
    artifact_id: str = Field(description="The artifact's id, such as art_0123.")
    detail: Literal["auto", "low", "high"] = "auto"


class ImageRead(Tool[ImageReadInput], name="image_read"):
    """Look at an image of this session (PNG, JPEG, GIF or WebP). You see it right after."""

    title = "Look at an image"
    Input = ImageReadInput

    async def call(self, arguments: ImageReadInput, context: ToolContext) -> dict[str, Any]:
        image, filename = await context.database.run(_read, arguments, context)
        context.images[arguments.artifact_id] = image
        context.said.append(
            ImageReadBody(artifact_id=arguments.artifact_id, detail=arguments.detail)
        )
        return {
            "artifact_id": arguments.artifact_id,
            "filename": filename,
            "detail": arguments.detail,
        }


def _read(arguments: ImageReadInput, context: ToolContext) -> tuple[ImageInput, str]:
    artifact = find_artifact(context, arguments.artifact_id)
    return image_for_model(artifact, arguments.detail), artifact.filename
