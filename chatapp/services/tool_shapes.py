"""What an agent's `tool_configurations` may hold, by type (wire contract, §15)."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, Field, TypeAdapter, field_validator

from chatapp.lib.json_paths import Path
from chatapp.services.agent_shapes import JSON, Key, Shape, Template


class Configuration(Shape):
    """Common members. Others belong to the tool, and are kept."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="allow")

    description_template: Template | None = None
    argument_override: JSON | None = None

    def stored(self) -> JSON:
        return {"type": getattr(self, "type"), **super().stored()}  # noqa: B009 - of subclasses


class Query(Shape):
    model_config: ClassVar[ConfigDict] = ConfigDict(extra="allow")

    search: JSON


class CorporaSearch(Configuration):
    type: Literal["corpora_search"]
    query_configuration: Query


class ByToolId(Configuration):
    type: Literal["mcp", "lambda", "dynamic_vectara"]
    tool_id: Annotated[str, Field(min_length=1, max_length=100)]


class SubAgentSettings(Shape):
    agent_key: Key
    session_mode: Literal["llm_controlled", "persistent", "ephemeral"] = "llm_controlled"
    session_metadata: JSON | None = None


class SubAgent(Configuration):
    type: Literal["sub_agent"]
    sub_agent_configuration: SubAgentSettings


class ArtifactReadLimits(Shape):
    max_size_bytes: Annotated[int, Field(ge=1)] = 262_144
    max_lines: Annotated[int, Field(ge=1)] = 200


class ArtifactRead(Configuration):
    type: Literal["artifact_read"]
    tool_configuration: ArtifactReadLimits | None = None


class ShownMetadata(Shape):
    include: bool = True
    exclude_paths: list[str] = []

    @field_validator("exclude_paths")
    @classmethod
    def _are_paths(cls, paths: list[str]) -> list[str]:
        for path in paths:
            Path(path)
        return paths


class GetDocumentTextSettings(Shape):
    metadata: ShownMetadata | None = None


class GetDocumentText(Configuration):
    type: Literal["get_document_text"]
    tool_configuration: GetDocumentTextSettings | None = None


class Plain(Configuration):
    """Types that work without being told anything."""

    type: Literal[
        "web_search",
        "web_get",
        "artifact_grep",
        "artifact_create",
        "image_read",
        "document_conversion",
        "structured_indexing",
        "structured_document_index",
    ]
    tool_configuration: JSON | None = None


ToolConfiguration = Annotated[
    CorporaSearch | ByToolId | SubAgent | ArtifactRead | GetDocumentText | Plain,
    Field(discriminator="type"),
]
_adapter: TypeAdapter[Any] = TypeAdapter(ToolConfiguration)


def parse_configuration(value: Any) -> Configuration:
    """Raises pydantic's ValidationError."""
    configuration: Configuration = _adapter.validate_python(value)
    return configuration
