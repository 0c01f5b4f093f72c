"""Documents as the wire contract has them (§18)."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from chatapp.api.pagination import ListMetadata, PageQuery
from chatapp.models import Document, Part

JSON = dict[str, Any]

# An address has 64 KB at most, however its letters are written: no more than this is promised.
FilterInAddress = Annotated[str, Field(max_length=8000, json_schema_extra={"maxLength": 4000})]


class PartOut(BaseModel):
    text: str
    metadata: JSON
    context: str
    custom_dimensions: dict[str, float]
    table_id: str | None = None
    image_id: str | None = None

    @classmethod
    def of(cls, part: Part) -> "PartOut":
        return cls(
            text=part.text,
            metadata=part.metadata,
            context=part.context,
            custom_dimensions=part.custom_dimensions,
            table_id=part.table_id or None,
            image_id=part.image_id or None,
        )


class DocumentOut(BaseModel):
    id: str
    metadata: JSON
    tables: list[JSON]
    images: list[JSON] | None = None
    parts: list[PartOut] | None = None
    storage_usage: dict[str, int]
    extraction_usage: dict[str, int]

    @classmethod
    def of(cls, document: Document, *, in_full: bool = False) -> "DocumentOut":
        """In full with its parts, and with what is said about its images."""
        parts = document.parts.defer("terms", "vector", "next_vector") if in_full else []
        return cls(
            id=document.key,
            metadata=document.metadata,
            tables=document.tables,
            images=[image_metadata(image) for image in document.images] if in_full else None,
            parts=[PartOut.of(part) for part in parts] if in_full else None,
            storage_usage={
                "bytes_used": document.character_count,
                "metadata_bytes_used": document.metadata_character_count,
            },
            extraction_usage={"table_extraction_used": 0},
        )


class DocumentList(BaseModel):
    documents: list[DocumentOut]
    metadata: ListMetadata


class DocumentListQuery(PageQuery):
    limit: Annotated[int, Field(ge=1, le=1000)] = 10
    metadata_filter: FilterInAddress = ""


class DocumentPatch(BaseModel):
    metadata: JSON = {}


class BulkDeleteQuery(BaseModel):
    document_ids: str = ""
    metadata_filter: FilterInAddress = ""
    is_async: Annotated[bool, Field(alias="async")] = True


class BulkDeleteOut(BaseModel):
    response_type: Literal["async", "success"]
    job_id: str
    cutoff_timestamp: datetime
    deleted_count: int | None = None
    skipped_count: int | None = None


class SummarizeIn(BaseModel):
    llm_name: str
    prompt_template: str = ""
    model_parameters: JSON = {}
    stream_response: bool = False


class SummaryOut(BaseModel):
    summary: str
    rendered_prompt: str


def image_metadata(image: JSON) -> JSON:
    """Everything but the bytes."""
    data = image.get("image_data")
    mime_type = data.get("mime_type") if isinstance(data, dict) else None
    rest = {name: value for name, value in image.items() if name != "image_data"}
    return {"mime_type": mime_type or "application/octet-stream", **rest}
