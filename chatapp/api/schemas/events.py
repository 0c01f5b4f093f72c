"""Events as the wire has them, and the inputs that make them."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from chatapp.api.errors import field_errors
from chatapp.api.pagination import ListMetadata
from chatapp.errors import InvalidInput
from chatapp.events.bodies import InputMessage
from chatapp.events.frames import EventFrame
from chatapp.services.agent_shapes import Shape

JSON = dict[str, Any]
# Ours alone: what an API client sees of a failed turn is an error.
UNTOLD_TYPES = ("turn_failed",)
_UNTOLD = {"duration_ms", "locked", "by"}
_UNTOLD_IF_EMPTY = {"sources", "truncated", "served_by", "context_limit", "actual_tokens"}


class EventOut(BaseModel):
    """One thing that happened; further members depend on `type`."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="allow")

    id: str
    session_key: str
    type: str
    created_at: str

    @classmethod
    def of(cls, frame: EventFrame) -> "EventOut":
        return cls.model_construct(**wire(frame))


class EventList(BaseModel):
    events: list[EventOut]
    metadata: ListMetadata


class EventsOut(BaseModel):
    """All that came of one input."""

    events: list[EventOut]
    session_key: str


def wire(frame: EventFrame) -> JSON:
    members = frame.body.model_dump(mode="json")
    kept = {
        name: value
        for name, value in members.items()
        if name not in _UNTOLD and (value or name not in _UNTOLD_IF_EMPTY)
    }
    place = {"id": frame.id, "session_key": frame.session_key, "created_at": frame.created_at}
    return {"type": frame.body.type, **place, **kept}


class Input(Shape):
    stream_response: bool = False


class TextInput(Shape):
    type: Literal["text"] = "text"
    content: Annotated[str, Field(max_length=1_000_000)]


class SkillInput(Shape):
    type: Literal["skill"]
    skill_name: Annotated[str, Field(min_length=1, max_length=50)]


class MessageInput(Input):
    """A message of the user. `since`: answer with all events after that one, or from `start`."""

    type: Literal["input_message"] = "input_message"
    messages: Annotated[list[SkillInput | TextInput], Field(min_length=1, max_length=100)]
    since: str | None = None
    behavior: Literal["steer", "follow_up"] | None = None

    def body(self) -> InputMessage:
        return InputMessage.model_validate(
            {"messages": [part.model_dump() for part in self.messages]}
        )


class CompactInput(Input):
    type: Literal["compact"]
    compact_up_to_event_id: str | None = None
    compaction_message: Annotated[str | None, Field(max_length=50_000)] = None


class InterruptInput(Input):
    type: Literal["interrupt"]


EventInput = Annotated[MessageInput | CompactInput | InterruptInput, Field(discriminator="type")]
_adapter: TypeAdapter[Any] = TypeAdapter(EventInput)


def parse_input(value: Any) -> MessageInput | CompactInput | InterruptInput:
    """Without a `type` it is a message. Raises InvalidInput."""
    if isinstance(value, dict) and value.get("type") is None:
        value = {**value, "type": "input_message"}
    try:
        parsed: MessageInput | CompactInput | InterruptInput = _adapter.validate_python(value)
    except ValidationError as exc:
        errors = field_errors(exc)
        messages = "; ".join(f"{field}: {message}" for field, message in errors.items())
        raise InvalidInput(messages, errors) from exc
    return parsed


def input_schema() -> JSON:
    """For the documentation: the body of a POST of events, whole in itself."""
    schema = _adapter.json_schema()
    definitions = schema.pop("$defs")

    def inlined(value: Any) -> Any:
        if isinstance(value, list):
            return [inlined(item) for item in value]
        if not isinstance(value, dict):
            return value
        if "$ref" in value:
            return inlined(definitions[value["$ref"].rsplit("/", 1)[-1]])
        return {name: inlined(item) for name, item in value.items() if name != "discriminator"}

    inline: JSON = inlined(schema)
    return inline
