"""What the tools on files share: finding one in the session, and its text."""

from chatapp.errors import NotFound, ToolError
from chatapp.lib.mime import kind_of
from chatapp.models import Artifact
from chatapp.services.artifacts import read_artifact
from chatapp.tools.base import ToolContext

MAX_TEXT_BYTES = 20 * 2**20
BINARY = frozenset({"pdf", "word", "slides", "sheet", "image", "archive", "book"})


def find_artifact(context: ToolContext, key: str) -> Artifact:
    """An artifact of the tool's own session, and no other."""
    try:
        return Artifact.objects.of(context.session, key)
    except NotFound:
        raise ToolError(
            f"There is no artifact {key!r} in this session.", code="not_found"
        ) from None


def text_of(artifact: Artifact) -> str:
    """The text of a text file. Raises ToolError for anything else."""
    if kind_of(artifact.mime_type) in BINARY:
        raise ToolError(
            f"“{artifact.filename}” is not text. Convert it with document_conversion first.",
            code="not_text",
        )
    if artifact.size_bytes > MAX_TEXT_BYTES:
        raise ToolError(f"“{artifact.filename}” is too large to read.", code="too_large")
    data = read_artifact(artifact)
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    return data.decode("utf-8-sig", "replace")
