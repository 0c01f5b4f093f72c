"""Trying again: how often, how long apart, and never once something was shown."""

import pytest

from chatapp.errors import ContextLimitExceeded, ProviderError
from chatapp.llm.base import Chunk, Finish, TextDelta
from chatapp.llm.retry import RetryPolicy, RetryWait, stream_with_retries
from tests.llm.asking import request

HELLO = [TextDelta("Hello.")]


def busy(retry_after: float | None = None) -> list[Exception]:
    error = ProviderError("Busy.", reason="provider_busy", retryable=True, retry_after=retry_after)
    return [error]


class Trial:
    """One request, on a clock of its own, that remembers how long it waited."""

    def __init__(self, llm, policy: RetryPolicy | None = None, random: float = 1.0) -> None:
        self.now = 0.0
        self.waits: list[float] = []
        self.notices: list[RetryWait] = []
        self.chunks: list[Chunk] = []
        self.stream = stream_with_retries(
            llm(),
            request(),
            policy or RetryPolicy(),
            self.notice,
            sleep=self.sleep,
            random=lambda: random,
            clock=lambda: self.now,
        )

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds

    async def notice(self, wait: RetryWait) -> None:
        self.notices.append(wait)

    async def run(self) -> "Trial":
        async for chunk in self.stream:
            self.chunks.append(chunk)
        return self


async def test_a_busy_model_is_asked_again(llm):
    llm.will_answer(busy(), busy(), HELLO)

    trial = await Trial(llm).run()

    assert trial.chunks == [TextDelta("Hello."), Finish("stop")]
    assert trial.waits == [1, 2]


async def test_each_wait_is_announced_before_it_begins(llm):
    llm.will_answer(busy(), HELLO)

    trial = await Trial(llm).run()

    [wait] = trial.notices
    assert (wait.retry, wait.max_retries, wait.seconds) == (1, 3, 1)
    assert wait.error.reason == "provider_busy"


async def test_waits_are_jittered_over_their_whole_length(llm):
    llm.will_answer(busy(), busy(), HELLO)

    assert (await Trial(llm, random=0.25).run()).waits == [0.25, 0.5]


async def test_waits_grow_to_their_limit(llm):
    policy = RetryPolicy(max_retries=4, max_backoff_ms=3000, backoff_factor=3)
    llm.will_answer(*[busy()] * 4, HELLO)

    assert (await Trial(llm, policy).run()).waits == [1, 3, 3, 3]


async def test_what_the_provider_asks_for_is_the_least_and_a_minute_the_most(llm):
    llm.will_answer(busy(5), busy(3600), HELLO)

    assert (await Trial(llm).run()).waits == [5, 60]


async def test_it_gives_up_after_the_last_retry(llm):
    llm.will_answer(*[busy()] * 5)
    trial = Trial(llm)

    with pytest.raises(ProviderError, match="Busy"):
        await trial.run()
    assert len(llm.requests) == 4


async def test_it_gives_up_before_ninety_seconds_are_over(llm):
    llm.will_answer(*[busy(50)] * 9)
    trial = Trial(llm, RetryPolicy(max_retries=9))

    with pytest.raises(ProviderError):
        await trial.run()
    assert trial.waits == [50]


@pytest.mark.parametrize("policy", [RetryPolicy(enabled=False), RetryPolicy(max_retries=0)])
async def test_it_does_not_retry_where_that_is_not_wanted(llm, policy):
    llm.will_answer(busy(), HELLO)

    with pytest.raises(ProviderError):
        await Trial(llm, policy).run()


@pytest.mark.parametrize(
    "error", [ProviderError("No.", reason="provider_auth"), ContextLimitExceeded("Too long.")]
)
async def test_an_error_that_will_not_pass_is_final(llm, error):
    llm.will_answer([error], HELLO)

    with pytest.raises(type(error)):
        await Trial(llm).run()
    assert len(llm.requests) == 1


async def test_nothing_is_said_twice(llm):
    llm.will_answer([TextDelta("Hel"), *busy()], HELLO)
    trial = Trial(llm)

    with pytest.raises(ProviderError):
        await trial.run()
    assert trial.chunks == [TextDelta("Hel")]


async def test_a_retry_that_hangs_ends_with_the_error_before_it(llm):
    llm.will_answer(busy(), [3600.0])
    times = iter([0, 0, 0, 89.95, 90])
    stream = stream_with_retries(
        llm(), request(), RetryPolicy(initial_backoff_ms=0), clock=lambda: next(times)
    )

    with pytest.raises(ProviderError, match="Busy"):
        await anext(stream)
    assert len(llm.requests) == 2


def test_nonsense_is_no_policy():
    with pytest.raises(ValueError, match="max_retries"):
        RetryPolicy(max_retries=11)
