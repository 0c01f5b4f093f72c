"""Language models."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from chatapp.api.pagination import ListMetadata
from chatapp.api.schemas.llm_addresses import base_of, google_base_of
from chatapp.api.schemas.tools import BearerAuth, HeaderAuth, Headers
from chatapp.models import Llm
from chatapp.services.agent_shapes import JSON, Shape
from chatapp.services.llm_changes import is_ours

ModelName = Annotated[str, Field(min_length=1, max_length=255)]
Uri = Annotated[str, Field(min_length=1, max_length=500)]
Description = Annotated[str, Field(max_length=10_000)]
Type = Literal["openai-compatible", "openai-responses", "anthropic", "vertex-ai"]
PROVIDERS: dict[Type, str] = {
    "openai-compatible": "openai",
    "openai-responses": "openai",
    "vertex-ai": "openai",
    "anthropic": "anthropic",
}


class ApiKeyAuth(Shape):
    """Google's. A service account's tokens last an hour, so they are no setting of a model."""

    type: Literal["api_key"]
    api_key: Annotated[str, Field(max_length=10_000, pattern=r"^[^\r\n]*$")]


Auth = Annotated[BearerAuth | HeaderAuth | ApiKeyAuth, Field(discriminator="type")]


class Capabilities(Shape):
    image_support: bool | None = None
    context_limit: Annotated[int | None, Field(ge=1, le=2**31 - 1)] = None
    tool_calling: bool | None = None
    structured_outputs: bool | None = None
    requires_role_alternation: bool | None = None


class LlmChanges(Shape):
    """Members that a create and an update share.

    `uri` is the address of the calls, or their base. Google's own addresses lead to the same
    models behind OpenAI's protocol.
    """

    type: Type
    description: Description | None = None
    model: ModelName | None = None
    uri: Uri | None = None
    auth: Auth | None = None
    headers: Headers | None = None
    capabilities: Capabilities | None = None
    test_model_parameters: JSON | None = None

    def columns(self) -> dict[str, Any]:
        """Values for columns of Llm; what was not given is left out."""
        given: dict[str, Any] = {
            "description": self.description,
            "upstream_name": self.model,
            "base_url": self._base(self.uri) if self.uri else None,
            "secret": self.auth.token if isinstance(self.auth, BearerAuth) else None,
            "capabilities": self.capabilities.stored() if self.capabilities else None,
            "context_window": self.capabilities.context_limit if self.capabilities else None,
            "options": {"headers": headers} if (headers := self._headers()) else None,
        }
        return {name: value for name, value in given.items() if value is not None}

    def _base(self, uri: str) -> str:
        return google_base_of(uri) if self.type == "vertex-ai" else base_of(uri)

    def _headers(self) -> dict[str, str]:
        headers = dict(self.headers or {})
        if isinstance(self.auth, HeaderAuth):
            headers[self.auth.header] = self.auth.value
        if isinstance(self.auth, ApiKeyAuth):
            headers["x-goog-api-key"] = self.auth.api_key
        return headers


class LlmIn(LlmChanges):
    name: ModelName


class LlmPatch(LlmChanges):
    enabled: bool | None = None


class LlmOut(BaseModel):
    id: str
    name: str
    description: str
    enabled: bool
    default: bool
    capabilities: JSON
    ownership: Literal["platform", "customer"]

    @classmethod
    def of(cls, llm: Llm) -> "LlmOut":
        return cls(
            id=llm.key,
            name=llm.name,
            description=llm.description,
            enabled=llm.enabled,
            default=llm.is_default,
            capabilities={"context_limit": llm.context_window, **llm.capabilities},
            ownership="platform" if is_ours(llm) else "customer",
        )


class LlmList(BaseModel):
    llms: list[LlmOut]
    metadata: ListMetadata


class TextPiece(Shape):
    type: Literal["text"] = "text"
    text: str


class CompletionMessage(Shape):
    role: Literal["system", "developer", "user", "assistant"]
    content: Annotated[str, Field(max_length=1_000_000)] | list[TextPiece] = ""

    @property
    def text(self) -> str:
        if isinstance(self.content, str):
            return self.content
        return "\n".join(piece.text for piece in self.content)


class CompletionIn(Shape):
    """A chat completion as OpenAI shapes it. Further members go to the model as they are."""

    model_config = {"extra": "allow"}

    model: ModelName
    messages: Annotated[list[CompletionMessage], Field(min_length=1, max_length=1000)]
    stream: bool = False

    def parameters(self) -> JSON:
        names = {"temperature", "top_p", "max_tokens", "presence_penalty", "frequency_penalty"}
        extra = self.model_extra or {}
        return {name: extra[name] for name in names if isinstance(extra.get(name), int | float)}


class ChoiceMessage(BaseModel):
    role: Literal["assistant"] = "assistant"
    content: str


class Choice(BaseModel):
    index: int = 0
    message: ChoiceMessage
    finish_reason: str


class CompletionOut(BaseModel):
    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    choices: list[Choice]
    usage: JSON
