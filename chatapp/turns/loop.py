"""The agent loop: ask the model, do what it asks for, ask again, until it rests.

Pure: it knows no database, no bus, no web. It yields what happens; the runner stores it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from chatapp.errors import ProviderError, TurnLimitExceeded
from chatapp.events.bodies import (
    BaseBody,
    EventBody,
    StepTransition,
    StepTransitionLimitExceeded,
    ToolInput,
    ToolOutput,
)
from chatapp.llm.base import Chunk, LLMRequest, OutputSchema, ToolCall, ToolSpec
from chatapp.turns.happenings import Asked, Doing, Happening
from chatapp.turns.reply import Reply

MAX_BAD_ROUNDS = 3
MAX_TRANSITIONS = 500
BAD_CALLS = {"unknown_tool", "invalid_arguments"}


class ToolCaller(Protocol):
    def specs(self, allowed: Sequence[str] | None = None) -> tuple[ToolSpec, ...]: ...

    def input_of(self, call: ToolCall) -> ToolInput: ...

    async def call(self, body: ToolInput, allowed: Sequence[str] | None = None) -> ToolOutput: ...


@dataclass(frozen=True, slots=True)
class Step:
    """How the agent behaves at one step: its rendered instructions, and what it may use."""

    name: str
    instructions: str
    allowed_tools: tuple[str, ...] | None = None
    output_schema: OutputSchema | None = None
    reentry_step: str = ""


@dataclass(frozen=True, slots=True)
class Brain:
    """Who answers: a model behind `ask`, and the agent's steps.

    `next_step` names the step that follows, given the step that ended and the history.
    """

    ask: Callable[[LLMRequest], AsyncIterator[Chunk]]
    model: str
    steps: dict[str, Step]
    first_step: str
    parameters: dict[str, Any] = field(default_factory=dict)
    next_step: Callable[[Step, Sequence[EventBody]], StepTransition | None] = lambda *_: None
    max_requests: int = 20
    parallel_tools: int = 8


async def run_turn(
    brain: Brain, tools: ToolCaller, history: Sequence[EventBody]
) -> AsyncIterator[Happening]:
    """Answer the last input of the history. Raises TurnError when that cannot be done."""
    told = list(history)
    async for happening in _run_steps(brain, tools, told):
        # What happens becomes what the model is told next, before the steps go on.
        if isinstance(happening, BaseBody):
            told.append(happening)
        yield happening


async def _run_steps(
    brain: Brain, tools: ToolCaller, told: list[EventBody]
) -> AsyncIterator[Happening]:
    step = brain.steps[brain.first_step]
    async for output in _call_tools(brain, tools, step, _unanswered(told)):
        yield output
    for _ in range(MAX_TRANSITIONS):
        async for happening in _run_step(brain, tools, step, told):
            yield happening
        transition = brain.next_step(step, told)
        if transition is None:
            return
        yield transition
        step = brain.steps[transition.to_step]
    yield StepTransitionLimitExceeded(
        message="The agent moved between its steps too often.", transition_limit=MAX_TRANSITIONS
    )


async def _run_step(
    brain: Brain, tools: ToolCaller, step: Step, told: list[EventBody]
) -> AsyncIterator[Happening]:
    """Ask and act until the model answers without asking for tools."""
    bad_rounds = 0
    for _ in range(brain.max_requests):
        reply = Reply()
        async for happening in _ask(brain, _request(brain, tools, step, told), step, reply):
            yield happening
        if not reply.calls:
            return
        inputs = [tools.input_of(call) for call in reply.calls]
        for body in inputs:
            yield body
        bad = True
        async for output in _call_tools(brain, tools, step, inputs):
            bad = bad and output.tool_output.get("code") in BAD_CALLS
            yield output
        bad_rounds = bad_rounds + 1 if bad else 0
        if bad_rounds >= MAX_BAD_ROUNDS:
            raise ProviderError(
                "The model kept asking for tools in a way that cannot work.", reason="tool_protocol"
            )
    raise TurnLimitExceeded(
        f"There was no answer after {brain.max_requests} requests to the model.",
        reason="step_limit",
    )


async def _ask(
    brain: Brain, request: LLMRequest, step: Step, reply: Reply
) -> AsyncIterator[Happening]:
    """One request. A stream that ends without a finish was cut off, whatever came before."""
    yield Doing("thinking", "Thinking")
    outcome = "failed"
    try:
        async for chunk in brain.ask(request):
            for happening in reply.add(chunk):
                yield happening
        if reply.finish is None:
            raise ProviderError("The answer was cut off.", reason="incomplete")
        outcome = reply.finish.reason
    finally:
        asked = Asked(
            request, step.name, reply.usage, outcome, reply.first_token_ms, reply.duration_ms
        )
    yield asked
    for thinking in reply.close_thinking():
        yield thinking
    if answer := reply.answer(step.output_schema):
        yield answer
    elif not reply.calls:
        raise ProviderError("The model gave no answer.", reason="empty_answer")


def _request(brain: Brain, tools: ToolCaller, step: Step, told: Sequence[EventBody]) -> LLMRequest:
    return LLMRequest(
        model=brain.model,
        instructions=step.instructions,
        history=tuple(told),
        tools=tools.specs(step.allowed_tools),
        parameters=brain.parameters,
        output_schema=step.output_schema,
    )


async def _call_tools(
    brain: Brain, tools: ToolCaller, step: Step, inputs: Sequence[ToolInput]
) -> AsyncIterator[ToolOutput]:
    """Call them side by side, a few at a time; outputs come as they are ready."""
    places = asyncio.Semaphore(brain.parallel_tools)

    async def call(body: ToolInput) -> ToolOutput:
        async with places:
            return await tools.call(body, step.allowed_tools)

    tasks = [asyncio.create_task(call(body)) for body in inputs]
    try:
        for ready in asyncio.as_completed(tasks):
            yield await ready
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _unanswered(told: Sequence[EventBody]) -> list[ToolInput]:
    """Calls a runner that died had stored but not answered."""
    answered = {body.tool_call_id for body in told if isinstance(body, ToolOutput)}
    calls = [body for body in told if isinstance(body, ToolInput)]
    return [body for body in calls if body.tool_call_id not in answered]
