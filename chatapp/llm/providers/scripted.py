"""A model that says what it was told to say. For tests."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from enum import Enum
from typing import ClassVar

from chatapp.errors import ProviderError
from chatapp.llm.base import Chunk, Finish, LLMRequest, Provider, ToolCall


class BreakOff(Enum):
    """A round with `BREAK_OFF` in it ends there without a `Finish`, as a broken stream does."""

    BREAK_OFF = "break off"


BREAK_OFF = BreakOff.BREAK_OFF
Step = Chunk | Exception | float | asyncio.Event | BreakOff
Round = Iterable[Step] | Callable[[LLMRequest], Iterable[Step]]


class Scripted(Provider, name="scripted"):
    """Each request is answered by the next round.

    A round is a row of steps: a chunk is given back, an exception raised, a number slept as
    seconds, an event waited for. A function of the request makes a round when it is asked. A
    `Finish` is added where the round has none; `BREAK_OFF` leaves it out.
    """

    rounds: ClassVar[deque[Round]] = deque()
    requests: ClassVar[list[LLMRequest]] = []

    @classmethod
    def will_answer(cls, *rounds: Round) -> None:
        cls.rounds.extend(rounds)

    @classmethod
    def reset(cls) -> None:
        cls.rounds.clear()
        cls.requests.clear()

    async def stream(self, request: LLMRequest) -> AsyncIterator[Chunk]:
        self.requests.append(request)
        if not self.rounds:
            raise ProviderError("The script has no answer left.", reason="script_over")
        given = self.rounds.popleft()
        steps = list(given(request) if callable(given) else given)
        for step in steps:
            if isinstance(step, Exception):
                raise step
            if isinstance(step, BreakOff):
                return
            if isinstance(step, asyncio.Event):
                await step.wait()
            elif isinstance(step, int | float):
                await asyncio.sleep(step)
            else:
                yield step
        if not any(isinstance(step, Finish) for step in steps):
            has_calls = any(isinstance(step, ToolCall) for step in steps)
            yield Finish("tool_calls" if has_calls else "stop")
