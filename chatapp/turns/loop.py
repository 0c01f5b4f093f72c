"""The agent loop: ask the model, do what it asks for, ask again, until it rests.

Pure: it knows no database, no bus, no web. It yields what happens; the runner stores it.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from chatapp.errors import ProviderError, TurnError, TurnLimitExceeded
from chatapp.events.bodies import (
    AgentOutput,
    BaseBody,
    EventBody,
    InputMessage,
    StepTransition,
    StepTransitionLimitExceeded,
    ToolInput,
    ToolOutput,
    text_message,
)
from chatapp.lib.glossary import Glossary
from chatapp.llm.base import (
    Chunk,
    ImageInput,
    LLMRequest,
    OutputSchema,
    Reminder,
    ToolCall,
    ToolSpec,
)
from chatapp.tools.overrides import without
from chatapp.turns.happenings import Asked, Doing, Happening
from chatapp.turns.reply import Reply

MAX_BAD_ROUNDS = 3
MAX_REPAIRS = 2
MAX_TRANSITIONS = 500
BAD_CALLS = {"unknown_tool", "invalid_arguments"}


class ToolCaller(Protocol):
    def specs(self) -> tuple[ToolSpec, ...]: ...

    def input_of(self, call: ToolCall) -> ToolInput: ...

    async def call(self, body: ToolInput) -> Sequence[EventBody]:
        """What came of a call; the last is its output."""
        ...


@dataclass(frozen=True, slots=True)
class Step:
    """How the agent behaves at one step: its rendered instructions, and what it may use.

    `glossaries` are written into what the user says, for the model only.
    """

    name: str
    instructions: str
    tools: ToolCaller
    output_schema: OutputSchema | None = None
    reminders: tuple[Reminder, ...] = ()
    glossaries: tuple[Glossary, ...] = ()


async def _no_news() -> Sequence[EventBody]:
    return ()


@dataclass(frozen=True, slots=True)
class Brain:
    """Who answers: a model behind `ask`, and the agent's steps.

    `served_by` names the model, if the agent had asked for another one.
    `next_step` names the step that follows, given the step that ended and the history. `news`
    are events that came in meanwhile and are stored already. `images` may grow.
    """

    ask: Callable[[LLMRequest], AsyncIterator[Chunk]]
    model: str
    steps: Mapping[str, Step]
    first_step: str
    served_by: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    images: Mapping[str, ImageInput] = field(default_factory=dict)
    next_step: Callable[[Step, Sequence[EventBody]], StepTransition | None] = lambda *_: None
    news: Callable[[], Awaitable[Sequence[EventBody]]] = _no_news
    max_requests: int = 20
    parallel_tools: int = 8


async def run_turn(brain: Brain, history: Sequence[EventBody]) -> AsyncIterator[Happening]:
    """Answer the last input of the history. Raises TurnError when that cannot be done."""
    told = list(history)
    async for happening in _run_steps(brain, told):
        # What happens becomes what the model is told next, before the steps go on.
        if isinstance(happening, BaseBody):
            told.append(happening)
        yield happening


async def _run_steps(brain: Brain, told: list[EventBody]) -> AsyncIterator[Happening]:
    step = brain.steps[brain.first_step]
    async for body in _call_tools(brain, step, _unanswered(told)):
        yield body
    for transitions in range(MAX_TRANSITIONS + 1):
        async for happening in _run_step(brain, step, told):
            yield happening
        transition = brain.next_step(step, told)
        if transition is None:
            return
        if transitions == MAX_TRANSITIONS:
            break
        yield transition
        step = brain.steps[transition.to_step]
    yield StepTransitionLimitExceeded(
        message="The agent moved between its steps too often.", transition_limit=MAX_TRANSITIONS
    )


async def _run_step(brain: Brain, step: Step, told: list[EventBody]) -> AsyncIterator[Happening]:
    """Ask and act until the model answers without asking for tools."""
    bad_rounds = 0
    for _ in range(brain.max_requests):
        told.extend(await brain.news())
        reply = Reply(step.output_schema, brain.served_by)
        async for happening in _answer(brain, step, told, reply):
            yield happening
        if not reply.calls:
            return
        inputs = [step.tools.input_of(call) for call in reply.calls]
        for body in inputs:
            yield body
        bad = True
        async for outcome in _call_tools(brain, step, inputs):
            if isinstance(outcome, ToolOutput):
                bad = bad and outcome.tool_output.get("code") in BAD_CALLS
            yield outcome
        bad_rounds = bad_rounds + 1 if bad else 0
        if bad_rounds >= MAX_BAD_ROUNDS:
            raise ProviderError(
                "The model kept asking for tools in a way that cannot work.", reason="tool_protocol"
            )
    raise TurnLimitExceeded(
        f"There was no answer after {brain.max_requests} requests to the model.",
        reason="step_limit",
    )


async def _answer(
    brain: Brain, step: Step, told: Sequence[EventBody], reply: Reply
) -> AsyncIterator[Happening]:
    """One reply. An answer that does not fit its schema is sent back to be mended."""
    failed: list[EventBody] = []
    reminders = step.reminders
    for attempt in range(MAX_REPAIRS + 1):
        request = _request(brain, step, (*told, *failed), reminders)
        async for happening in _ask(brain, request, step, reply):
            yield happening
        try:
            answer = reply.answer()
        except ProviderError as exc:
            if exc.reason != "schema" or attempt == MAX_REPAIRS:
                raise
            # The model is told what was wrong; the session's log is not.
            failed = [AgentOutput(content=reply.text)]
            mend = (
                f"Your answer did not fit the schema: {exc.detail}\n"
                "Answer again, with JSON that fits it and nothing else."
            )
            reminders = (*step.reminders, Reminder(mend))
            reply.begin_again()
            continue
        if answer:
            yield answer
        elif not reply.calls:
            raise ProviderError("The model gave no answer.", reason="empty_answer")
        return


async def _ask(
    brain: Brain, request: LLMRequest, step: Step, reply: Reply
) -> AsyncIterator[Happening]:
    """One request. A stream that ends without a finish was cut off, whatever came before."""
    yield Doing("thinking", "Thinking")
    failure: TurnError | None = None
    try:
        async for chunk in brain.ask(request):
            for happening in reply.add(chunk):
                yield happening
        if reply.finish is None:
            raise ProviderError("The answer was cut off.", reason="incomplete")
    except TurnError as exc:
        failure = exc
    outcome = failure.reason if failure else reply.finish.reason if reply.finish else ""
    yield Asked(request, step.name, reply.usage, outcome, reply.first_token_ms, reply.duration_ms)
    if failure:
        raise failure
    for thinking in reply.close_thinking():
        yield thinking


def _request(
    brain: Brain, step: Step, history: Sequence[EventBody], reminders: tuple[Reminder, ...]
) -> LLMRequest:
    return LLMRequest(
        model=brain.model,
        instructions=step.instructions,
        history=tuple(_as_shown(body, step) for body in history),
        tools=step.tools.specs(),
        parameters=dict(brain.parameters),
        output_schema=step.output_schema,
        images=dict(brain.images),
        reminders=reminders,
    )


def _as_shown(body: EventBody, step: Step) -> EventBody:
    """The model is shown what it said itself, never what the operator locked."""
    if isinstance(body, ToolInput) and body.locked:
        own = without(body.tool_input, dict.fromkeys(body.locked))
        return body.model_copy(update={"tool_input": own})
    if isinstance(body, InputMessage) and step.glossaries:
        return _expanded(body, step.glossaries)
    return body


def _expanded(body: InputMessage, glossaries: Sequence[Glossary]) -> InputMessage:
    """The same body, if none of the terms is in it."""
    text = body.text
    for glossary in glossaries:
        text = glossary.expand(text)
    return body if text == body.text else text_message(text)


async def _call_tools(
    brain: Brain, step: Step, inputs: Sequence[ToolInput]
) -> AsyncIterator[EventBody]:
    """Call them side by side, a few at a time; outputs come as they are ready."""
    places = asyncio.Semaphore(brain.parallel_tools)

    async def call(body: ToolInput) -> Sequence[EventBody]:
        async with places:
            return await step.tools.call(body)

    tasks = [asyncio.create_task(call(body)) for body in inputs]
    try:
        for ready in asyncio.as_completed(tasks):
            for body in await ready:
                yield body
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _unanswered(told: Sequence[EventBody]) -> list[ToolInput]:
    """Calls a runner that died had stored but not answered."""
    answered = {body.tool_call_id for body in told if isinstance(body, ToolOutput)}
    calls = [body for body in told if isinstance(body, ToolInput)]
    return [body for body in calls if body.tool_call_id not in answered]
