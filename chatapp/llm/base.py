"""What a source of language models is. Knows events and errors; no database, no web.

A provider is one module in `providers/`: a `Provider` subclass with a name and `stream`.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from chatapp.events.bodies import EventBody, Source


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A tool as the model sees it. `tool_type` is ours (`artifact_read`), never sent."""

    name: str
    description: str
    input_schema: dict[str, Any]
    tool_type: str


@dataclass(frozen=True, slots=True)
class OutputSchema:
    """JSON the answer must fit."""

    name: str
    schema: dict[str, Any]
    description: str = ""
    strict: bool = True


@dataclass(frozen=True, slots=True)
class ImageInput:
    """An image the model is to look at. `data` is the raw bytes."""

    mime_type: str
    data: bytes
    detail: str = "auto"


@dataclass(frozen=True, slots=True)
class Reminder:
    """A text that the model is shown at the end of every event of one type, or at the very end."""

    text: str
    after: Literal["input_message", "tool_output", "end"] = "end"


@dataclass(frozen=True, slots=True)
class LLMRequest:
    """One request to a model: everything it is shown.

    `history` is in order and holds only what the model may see. `images` maps the artifact ids
    of `image_read` events to their bytes.
    """

    model: str
    instructions: str
    history: tuple[EventBody, ...]
    tools: tuple[ToolSpec, ...] = ()
    parameters: dict[str, Any] = field(default_factory=dict)
    output_schema: OutputSchema | None = None
    images: dict[str, ImageInput] = field(default_factory=dict)
    reminders: tuple[Reminder, ...] = ()


@dataclass(frozen=True, slots=True)
class TextDelta:
    text: str


@dataclass(frozen=True, slots=True)
class ThinkingDelta:
    text: str


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A complete call. `arguments` is the model's raw JSON text, possibly invalid."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Citations:
    """Sources of the answer, in the order of their numbers."""

    sources: Sequence[Source]


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of this request. Sent once, near the end."""

    input_tokens: int
    output_tokens: int
    reasoning_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Finish:
    """The model is done. `length` means it was cut at its output limit."""

    reason: Literal["stop", "tool_calls", "length", "content_filter"]


Chunk = TextDelta | ThinkingDelta | ToolCall | Citations | Usage | Finish


class Provider:
    """A source of language models. Subclass it in a module of `providers/`.

    `stream` yields chunks and ends with one `Finish`; a stream without it is truncated. It
    raises `ProviderError` or `ContextLimitExceeded` and nothing else; it must stop promptly when
    cancelled, and it never retries: the loop does.
    """

    registry: ClassVar[dict[str, type["Provider"]]] = {}
    name: ClassVar[str]

    def __init_subclass__(cls, *, name: str, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if name in cls.registry:
            raise TypeError(f"There are two providers named {name!r}.")
        cls.name = name
        cls.registry[name] = cls

    def __init__(
        self, *, base_url: str = "", api_key: str = "", options: dict[str, Any] | None = None
    ):
        self.base_url = base_url
        self.api_key = api_key
        self.options = options or {}

    def stream(self, request: LLMRequest) -> AsyncIterator[Chunk]:
        raise NotImplementedError

    def count_tokens(self, text: str) -> int:
        """A rough count where the provider has none of its own."""
        return len(text) // 4 + 1
