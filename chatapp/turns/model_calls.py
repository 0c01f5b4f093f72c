"""What the model was shown, request by request: kept, and read again by staff."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from chatapp.events.bodies import EventBody, parse_body
from chatapp.events.frames import EventFrame
from chatapp.llm.base import LLMRequest, OutputSchema, Reminder, ToolSpec
from chatapp.llm.transcript import Message, transcribe
from chatapp.models import Event, Llm, ModelCall
from chatapp.services.turns import Claim
from chatapp.turns.happenings import Asked

JSON = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """One request, as it was. `history` holds frames, and bodies that were never stored.

    `lost` counts events that were erased since. `messages` is the same history as the
    conversation that the provider was sent.
    """

    call: ModelCall
    system: str
    messages: list[Message]
    history: list[EventFrame | EventBody]
    lost: int

    @property
    def tools(self) -> list[JSON]:
        tools: list[JSON] = self.call.tools
        return tools


def record_call(claim: Claim, asked: Asked, seqs: Mapping[int, int], llm: Llm) -> None:
    """Keep a request. `seqs` tells, by a body's identity, which stored event it is.

    Secrets are in none of this: templates do not know them, and bodies hold their mask.
    """
    request = asked.request
    schema = request.output_schema
    ModelCall.objects.create(
        turn=claim.turn,
        number=claim.turn.model_calls.count() + 1,
        model_name=llm.name,
        step_name=asked.step_name,
        instructions=request.instructions,
        tools=[
            {"name": spec.name, "description": spec.description, "input_schema": spec.input_schema}
            for spec in request.tools
        ],
        history=[seqs.get(id(body)) or body.model_dump(mode="json") for body in request.history],
        reminders=[asdict(reminder) for reminder in request.reminders],
        output_schema=asdict(schema) if schema else {},
        parameters=request.parameters,
        usage=asdict(asked.usage),
        first_token_ms=asked.first_token_ms,
        duration_ms=asked.duration_ms,
        outcome=asked.outcome[:50],
    )


def shown_to_model(call: ModelCall) -> Shown:
    """Exactly what the model was shown: its events are never changed, so they are read again."""
    session = call.turn.session
    seqs = [entry for entry in call.history if isinstance(entry, int)]
    events = {
        event.seq: event.frame(session.key)
        for event in Event.objects.filter(session=session, seq__in=seqs)
    }
    history: list[EventFrame | EventBody] = []
    for entry in call.history:
        if not isinstance(entry, int):
            history.append(parse_body(entry))
        elif entry in events:
            history.append(events[entry])
    transcript = transcribe(_request(call, history))
    return Shown(
        call=call,
        system=transcript.system,
        messages=transcript.messages,
        history=history,
        lost=len(call.history) - len(history),
    )


def _request(call: ModelCall, history: list[EventFrame | EventBody]) -> LLMRequest:
    schema = call.output_schema
    return LLMRequest(
        model=call.model_name,
        instructions=call.instructions,
        history=tuple(one.body if isinstance(one, EventFrame) else one for one in history),
        tools=tuple(
            ToolSpec(tool["name"], tool["description"], tool["input_schema"], "")
            for tool in call.tools
        ),
        parameters=call.parameters,
        output_schema=OutputSchema(**schema) if schema else None,
        reminders=tuple(Reminder(**reminder) for reminder in call.reminders),
    )
