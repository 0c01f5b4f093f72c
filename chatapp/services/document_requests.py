"""What a document looks like when it is sent: the shapes of the wire contract, §18, checked."""

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from chatapp.services.query_requests import CustomDimensions, Shape, parsed

MAX_KEY = 500
UNREACHABLE = (
    "must be printable and not blank, without the steps . and .., and end unlike a request"
)
MAX_PARTS = 20_000
MAX_PART = 200_000

JSONObject = dict[str, Any]
Text = Annotated[str, Field(max_length=MAX_PART)]


class WholeText(Shape):
    """Cut the text into passages of whole sentences that lie under one heading."""

    type: Literal["sentence_chunking_strategy"] = "sentence_chunking_strategy"


class MaxCharacters(Shape):
    type: Literal["max_chars_chunking_strategy"]
    max_chars_per_chunk: int = Field(ge=100, le=MAX_PART)


Chunking = Annotated[WholeText | MaxCharacters, Field(discriminator="type")]


class ChunkingBody(Shape):
    chunking_strategy: Chunking = WholeText()


class CorePart(Shape):
    text: Text
    context: Text = ""
    metadata: JSONObject = {}
    custom_dimensions: CustomDimensions = {}
    table_id: str = Field("", max_length=200)
    image_id: str = Field("", max_length=200)


class Section(Shape):
    id: int | None = None
    title: str = Field("", max_length=1_000)
    text: str = ""
    metadata: JSONObject = {}
    tables: list[JSONObject] = []
    images: list[JSONObject] = []
    sections: list["Section"] = []


def is_reachable(key: str) -> bool:
    """Can the document be asked for by its id, in an address? There `..` goes up, and what ends
    like a request about a document is one."""
    if not key.isprintable() or not key.strip():
        return False
    steps = key.split("/")
    is_request = steps[-1] in ("metadata", "summarize") and len(steps) > 1
    is_image = steps[-2:-1] == ["images"] and len(steps) > 2
    return not {".", ".."} & set(steps) and not is_request and not is_image


class BaseDocument(Shape):
    id: str = Field(min_length=1, max_length=MAX_KEY)
    metadata: JSONObject = {}
    tables: list[JSONObject] = []
    images: list[JSONObject] = []

    @field_validator("id")
    @classmethod
    def _can_be_asked_for(cls, value: str) -> str:
        if not is_reachable(value):
            raise ValueError(UNREACHABLE)
        return value


class CoreDocument(BaseDocument):
    type: Literal["core"]
    document_parts: list[CorePart] = Field(min_length=1, max_length=MAX_PARTS)


class StructuredDocument(BaseDocument):
    type: Literal["structured"]
    title: str = Field("", max_length=1_000)
    description: str = ""
    custom_dimensions: CustomDimensions = {}
    sections: list[Section] = Field(min_length=1)
    chunking_strategy: Chunking = WholeText()


DocumentRequest = Annotated[CoreDocument | StructuredDocument, Field(discriminator="type")]


class DocumentBody(Shape):
    document: DocumentRequest


def document_request(value: Any) -> CoreDocument | StructuredDocument:
    """Raises InvalidInput that names the fields."""
    return parsed(DocumentBody, {"document": value}).document
