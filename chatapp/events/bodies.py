"""What happens in a session, as plain values. No Django, no storage, no identity.

One class a kind; `EventBody` is their closed union. The names and fields are those of the wire
contract; `turn_failed` and `turn_cancelled` are ours, and the REST API leaves them out.
"""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

JSON = dict[str, Any]


class BaseBody(BaseModel):
    # A key that no class declares is a mistake of ours: fail here, where it is
    # made, rather than in a browser.
    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid", frozen=True)


class TextPart(BaseBody):
    type: Literal["text"] = "text"
    content: str


class SkillPart(BaseBody):
    """A skill the user loads by hand, along with the message."""

    type: Literal["skill"] = "skill"
    skill_name: str


InputPart = Annotated[TextPart | SkillPart, Field(discriminator="type")]


class InputMessage(BaseBody):
    """What the user wrote."""

    type: Literal["input_message"] = "input_message"
    messages: tuple[InputPart, ...]

    @property
    def text(self) -> str:
        return "\n\n".join(part.content for part in self.messages if isinstance(part, TextPart))


class UploadedArtifact(BaseBody):
    artifact_id: str
    filename: str
    mime_type: str
    size_bytes: int


class ArtifactUpload(BaseBody):
    """Files that came into the session together."""

    type: Literal["artifact_upload"] = "artifact_upload"
    artifacts: tuple[UploadedArtifact, ...]


class SkillLoad(BaseBody):
    type: Literal["skill_load"] = "skill_load"
    skill_name: str
    content: str


class Thinking(BaseBody):
    """What the model told itself. `duration_ms` is how long it took."""

    type: Literal["thinking"] = "thinking"
    content: str
    duration_ms: int | None = None


class ToolInput(BaseBody):
    """What the model asks of a tool.

    `locked` names the arguments (dotted) that the operator fixed; the model neither sees nor
    changes them.
    """

    type: Literal["tool_input"] = "tool_input"
    tool_call_id: str
    tool_configuration_name: str
    tool_name: str
    tool_input: JSON
    locked: tuple[str, ...] = ()


class ToolOutput(BaseBody):
    """What the tool answered, or how it failed. A failure holds `{"error": …, "code": …}`."""

    type: Literal["tool_output"] = "tool_output"
    tool_call_id: str
    tool_configuration_name: str
    tool_name: str
    tool_output: JSON
    error: bool = False
    duration_ms: int | None = None


class ImageRead(BaseBody):
    """The agent looked at an image."""

    type: Literal["image_read"] = "image_read"
    artifact_id: str
    detail: Literal["auto", "low", "high"] = "auto"


class StepTransition(BaseBody):
    type: Literal["step_transition"] = "step_transition"
    from_step: str
    to_step: str
    content: str = ""


class StructuredOutput(BaseBody):
    """The answer as JSON that fits a schema. `served_by` as in AgentOutput."""

    type: Literal["structured_output"] = "structured_output"
    schema_name: str
    content: Any
    served_by: str = ""


class Source(BaseBody):
    """Where a numbered citation of an answer comes from."""

    number: int
    title: str
    location: str = ""
    artifact_id: str = ""
    document_id: str = ""
    corpus_key: str = ""
    text: str = ""


class AgentOutput(BaseBody):
    """The answer, in Markdown.

    `served_by` is the default model where it stood in for one that is not known here.
    """

    type: Literal["agent_output"] = "agent_output"
    content: str
    sources: tuple[Source, ...] = ()
    truncated: bool = False
    served_by: str = ""


class Compaction(BaseBody):
    """Earlier events were replaced by a summary; they are hidden, not gone."""

    type: Literal["compaction"] = "compaction"
    turns_compacted: int
    events_compacted: int
    summary_key: str
    summary_text: str = ""


class ContextLimitExceededBody(BaseBody):
    type: Literal["context_limit_exceeded"] = "context_limit_exceeded"
    message: str
    context_limit: int | None = None
    actual_tokens: int | None = None


class StepTransitionLimitExceeded(BaseBody):
    type: Literal["step_transition_limit_exceeded"] = "step_transition_limit_exceeded"
    message: str
    transition_limit: int = 500


class SessionInterrupted(BaseBody):
    """The running turn was cancelled on request. `by` is shown to staff."""

    type: Literal["session_interrupted"] = "session_interrupted"
    by: str = ""


class TurnFailed(BaseBody):
    """The turn ended without an answer.

    `reason` is a short code (`interrupted`, `provider_busy`, `step_limit` …); `message` is for
    the user, `detail` for staff. `partial` is the text the user had already seen.
    """

    type: Literal["turn_failed"] = "turn_failed"
    reason: str
    message: str
    detail: str = ""
    partial: str = ""


EventBody = Annotated[
    InputMessage
    | ArtifactUpload
    | SkillLoad
    | Thinking
    | ToolInput
    | ToolOutput
    | ImageRead
    | StepTransition
    | StructuredOutput
    | AgentOutput
    | Compaction
    | ContextLimitExceededBody
    | StepTransitionLimitExceeded
    | SessionInterrupted
    | TurnFailed,
    Field(discriminator="type"),
]

_adapter: TypeAdapter[EventBody] = TypeAdapter(EventBody)


def parse_body(value: JSON) -> EventBody:
    """Turn stored JSON back into its class. Raises pydantic's ValidationError."""
    return _adapter.validate_python(value)


def text_message(content: str) -> InputMessage:
    return InputMessage(messages=(TextPart(content=content),))
