"""Images for a model to look at: small enough, of a type every provider takes, without metadata."""

import io
from collections.abc import Sequence

from PIL import Image, ImageOps, UnidentifiedImageError

from chatapp.errors import NotFound, ToolError
from chatapp.events.bodies import EventBody, ImageRead
from chatapp.llm.base import ImageInput
from chatapp.models import Artifact, Session
from chatapp.services.artifacts import read_artifact

MAX_BYTES = 30 * 2**20
MAX_PIXELS = 50_000_000
MAX_IMAGES = 10
LONGEST_SIDE = {"low": 512, "auto": 1568, "high": 2048}
FORMATS = ("PNG", "JPEG", "GIF", "WEBP")


def image_for_model(artifact: Artifact, detail: str) -> ImageInput:
    """Raises ToolError if the artifact is no image that can be shown."""
    if artifact.size_bytes > MAX_BYTES:
        raise ToolError(f"“{artifact.filename}” is too large to look at.", code="too_large")
    try:
        with Image.open(io.BytesIO(read_artifact(artifact)), formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise ToolError(f"“{artifact.filename}” has too many pixels.", code="too_large")
            mime_type, data = _encoded(image, LONGEST_SIDE[detail])
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as exc:
        raise ToolError(
            f"“{artifact.filename}” is no PNG, JPEG, GIF or WebP image.", code="not_an_image"
        ) from exc
    return ImageInput(mime_type, data, detail)


def images_of(session: Session, bodies: Sequence[EventBody]) -> dict[str, ImageInput]:
    """The latest images the agent has looked at; those that are gone are left out."""
    wanted = {body.artifact_id: body.detail for body in bodies if isinstance(body, ImageRead)}
    images: dict[str, ImageInput] = {}
    for key, detail in list(wanted.items())[-MAX_IMAGES:]:
        try:
            images[key] = image_for_model(Artifact.objects.of(session, key), detail)
        except (NotFound, ToolError, FileNotFoundError):
            continue
    return images


def _encoded(image: Image.Image, longest: int) -> tuple[str, bytes]:
    upright = ImageOps.exif_transpose(image)
    has_alpha = upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info
    flat = upright.convert("RGBA" if has_alpha else "RGB")
    flat.thumbnail((longest, longest))
    kind = "PNG" if has_alpha else "JPEG"
    data = io.BytesIO()
    flat.save(data, kind, quality=85)
    return f"image/{kind.lower()}", data.getvalue()
