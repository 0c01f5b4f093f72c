"""A model that says what it was told to say. For tests."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from typing import ClassVar

from chatapp.errors import ProviderError
from chatapp.llm.base import Chunk, Finish, LLMRequest, Provider, ToolCall

Step = Chunk | Exception | float | asyncio.Event
Round = Iterable[Step] | Callable[[LLMRequest], Iterable[Step]]


class Scripted(Provider, name="scripted"):
    """Each request is answered by the next round.

    A round is a row of steps: a chunk is given back, an exception raised, a number slept as
    seconds, an event waited for. A function of the request makes a round when it is asked. A
    `Finish` is added where the round has none; end a round with `BREAK_OFF` to leave it out.
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
            if isinstance(step, asyncio.Event):
                await step.wait()
            elif isinstance(step, int | float):
                await asyncio.sleep(step)
            else:
                yield step
        if BREAK_OFF not in steps and not any(isinstance(step, Finish) for step in steps):
            has_calls = any(isinstance(step, ToolCall) for step in steps)
            yield Finish("tool_calls" if has_calls else "stop")


# A round that ends with this ends without a `Finish`, as a broken stream does.
BREAK_OFF = 0.0
