"""A session's events as the conversation that model servers know: user, model, tool outputs.

No provider's format yet; each writes its own from this. What comes out is always well formed:
user and model take turns, every call is followed at once by its output, ids are unique, and the
first word and the last are never the model's.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from chatapp.events.bodies import (
    AgentOutput,
    ArtifactUpload,
    Compaction,
    EventBody,
    ImageRead,
    InputMessage,
    SkillLoad,
    StructuredOutput,
    Thinking,
    ToolInput,
    ToolOutput,
    TurnFailed,
)
from chatapp.llm.base import ImageInput, LLMRequest

INTERRUPTED = {"error": "The call was interrupted; its outcome is unknown.", "code": "interrupted"}
EARLIER = "(Earlier messages are not shown.)"
CONTINUE = "(Continue.)"
ID_LENGTH = 40
_PLACES = ("input_message", "tool_output", "end")


@dataclass(slots=True)
class UserMessage:
    parts: list[str | ImageInput]


@dataclass(frozen=True, slots=True)
class Call:
    id: str
    name: str
    arguments: dict[str, Any]


@dataclass(slots=True)
class CallOutput:
    """What a tool answered, as JSON text."""

    call_id: str
    text: str
    is_error: bool


@dataclass(slots=True)
class ModelMessage:
    """What the model said, the tools it called, and what they answered: one output a call."""

    text: str
    calls: list[Call] = field(default_factory=list)
    outputs: list[CallOutput] = field(default_factory=list)


Message = UserMessage | ModelMessage


@dataclass(frozen=True, slots=True)
class Transcript:
    system: str
    messages: list[Message]


def transcribe(request: LLMRequest) -> Transcript:
    """Write down everything the model is shown, except the tools."""
    writer = _Writer(request)
    outputs = _outputs_by_call(request.history)
    for place, body in enumerate(request.history):
        if isinstance(body, ToolInput):
            writer.call(body, outputs.get(place))
        else:
            writer.write(body)
    writer.end()
    writer.round_off()
    system = _joined((request.instructions, *writer.summaries))
    return Transcript(system, writer.messages)


def _outputs_by_call(history: tuple[EventBody, ...]) -> dict[int, ToolOutput]:
    """The output of each call, by the call's place in the history."""
    outputs: dict[int, ToolOutput] = {}
    open_calls: dict[str, list[int]] = defaultdict(list)
    for place, body in enumerate(history):
        if isinstance(body, ToolInput):
            open_calls[body.tool_call_id].append(place)
        elif isinstance(body, ToolOutput) and open_calls[body.tool_call_id]:
            # A model may use an id again; the output belongs to the latest call of that id.
            outputs[open_calls[body.tool_call_id].pop()] = body
    return outputs


class _Writer:
    def __init__(self, request: LLMRequest) -> None:
        self.images = request.images
        self._reminders = {place: _reminders(request, place) for place in _PLACES}
        self.messages: list[Message] = []
        self.summaries: list[str] = []
        self._round: ModelMessage | None = None
        self._ids: set[str] = set()
        self._uses: dict[str, int] = defaultdict(int)

    def write(self, body: EventBody) -> None:
        # What no case names is not for the model.
        if not isinstance(body, Thinking):
            self._round = None
        match body:
            case InputMessage():
                self._user(body.text)
                self._user(self._reminders["input_message"])
            case ArtifactUpload():
                self._user(_files(body))
            case SkillLoad():
                self._user(f"The skill {body.skill_name!r} is loaded:\n\n{body.content}")
            case ImageRead():
                lost = f"(The image {body.artifact_id} is no longer there.)"
                self._user(self.images.get(body.artifact_id, lost))
            case AgentOutput():
                self._model(body.content)
            case StructuredOutput():
                self._model(json_text(body.content))
            case TurnFailed():
                self._model(body.partial)
            case Compaction():
                self.summaries.append(f"Summary of the conversation so far:\n{body.summary_text}")

    def call(self, body: ToolInput, output: ToolOutput | None) -> None:
        """Write a call and its output. Calls with nothing between them were made together."""
        if self._round is None:
            self._round = self._model_message()
        call = Call(self._id(body.tool_call_id), body.tool_configuration_name, body.tool_input)
        self._round.calls.append(call)
        answer = INTERRUPTED if output is None else output.tool_output
        is_error = output is None or output.error
        text = _joined((json_text(answer), self._reminders["tool_output"]))
        self._round.outputs.append(CallOutput(call.id, text, is_error))

    def end(self) -> None:
        """Put what is for the end where the model reads last."""
        text = self._reminders["end"]
        last = self.messages[-1] if self.messages else None
        if text and isinstance(last, ModelMessage) and last.outputs:
            last.outputs[-1].text += f"\n\n{text}"
        else:
            self._user(text)

    def round_off(self) -> None:
        first = self.messages[0] if self.messages else None
        if isinstance(first, ModelMessage):
            self.messages.insert(0, UserMessage([EARLIER]))
        last = self.messages[-1] if self.messages else None
        if last is None or (isinstance(last, ModelMessage) and not last.calls):
            self._user(CONTINUE)

    def _user(self, part: str | ImageInput) -> None:
        if isinstance(part, str) and not part.strip():
            return
        last = self.messages[-1] if self.messages else None
        if isinstance(last, UserMessage):
            last.parts.append(part)
        else:
            self.messages.append(UserMessage([part]))

    def _model(self, text: str) -> None:
        if text.strip():
            message = self._model_message()
            message.text = f"{message.text}\n\n{text}" if message.text else text

    def _model_message(self) -> ModelMessage:
        """The message to go on with: the last one, if it is the model's and calls nothing."""
        last = self.messages[-1] if self.messages else None
        if isinstance(last, ModelMessage) and not last.calls:
            return last
        message = ModelMessage("")
        self.messages.append(message)
        return message

    def _id(self, wanted: str) -> str:
        wanted = re.sub(r"[^a-zA-Z0-9_-]", "_", wanted)[:ID_LENGTH] or "call"
        unique = wanted
        while unique in self._ids:
            self._uses[wanted] += 1
            ending = f"_{self._uses[wanted] + 1}"
            unique = wanted[: ID_LENGTH - len(ending)] + ending
        self._ids.add(unique)
        return unique


def _reminders(request: LLMRequest, place: str) -> str:
    return _joined(reminder.text for reminder in request.reminders if reminder.after == place)


def _joined(parts: Iterable[str]) -> str:
    return "\n\n".join(part for part in parts if part.strip())


def _files(body: ArtifactUpload) -> str:
    lines = [
        f"- {json_text(file.filename)} (id {file.artifact_id}, {file.mime_type}, "
        f"{file.size_bytes} bytes)"
        for file in body.artifacts
    ]
    return "\n".join(("Files added to this session:", *lines)) if lines else ""


def json_text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
