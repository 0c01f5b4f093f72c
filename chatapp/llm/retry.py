"""Asks again when a model could not answer, as long as nothing of an answer was seen."""

import asyncio
import random as randomness
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, cast

from pydantic import BaseModel, ConfigDict, Field

from chatapp.errors import ProviderError
from chatapp.llm.base import Chunk, LLMRequest, Provider

MAX_SECONDS = 90.0
MAX_RETRY_AFTER = 60.0


class RetryPolicy(BaseModel):
    """An agent's `retry_configuration`."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    enabled: bool = True
    max_retries: int = Field(3, ge=0, le=10)
    initial_backoff_ms: int = Field(1000, ge=0, le=600_000)
    max_backoff_ms: int = Field(30_000, ge=0, le=600_000)
    backoff_factor: float = Field(2.0, ge=1, le=100)

    def may_retry(self, retries: int) -> bool:
        return self.enabled and retries < self.max_retries

    def backoff(self, retries: int) -> float:
        """The longest wait before the next try, in seconds."""
        wait = self.initial_backoff_ms * self.backoff_factor**retries
        return min(wait, self.max_backoff_ms) / 1000


@dataclass(frozen=True, slots=True)
class RetryWait:
    """The model is waited for: retry number `retry` of `max_retries` comes in `seconds`."""

    retry: int
    max_retries: int
    seconds: float
    error: ProviderError


async def stream_with_retries(
    provider: Provider,
    request: LLMRequest,
    policy: RetryPolicy,
    on_wait: Callable[[RetryWait], Awaitable[None]] | None = None,
    *,
    sleep: Callable[[float], Awaitable[Any]] = asyncio.sleep,
    random: Callable[[], float] = randomness.random,
    clock: Callable[[], float] = time.monotonic,
) -> AsyncIterator[Chunk]:
    """Stream an answer; begin again after errors that may pass, if no chunk came before them.

    From the first retry on, the answer must begin before `MAX_SECONDS` are over.
    """
    deadline = clock() + MAX_SECONDS
    retries, error = 0, None
    while True:
        # An answer left early must be hung up on now, not when the generator is collected.
        async with aclosing(cast(AsyncGenerator[Chunk], provider.stream(request))) as chunks:
            try:
                first = await _first(chunks, error, deadline - clock())
            except ProviderError as exc:
                error = exc
            else:
                if first is not None:
                    yield first
                async for chunk in chunks:
                    yield chunk
                return
        seconds = _wait(error, policy.backoff(retries) * random())
        if not error.retryable or not policy.may_retry(retries) or clock() + seconds >= deadline:
            raise error
        retries += 1
        if on_wait:
            await on_wait(RetryWait(retries, policy.max_retries, seconds, error))
        await sleep(seconds)


async def _first(
    chunks: AsyncGenerator[Chunk], error: ProviderError | None, seconds: float
) -> Chunk | None:
    """The first chunk; for a retry within so many seconds, else the error of before."""
    if error is None:
        return await anext(chunks, None)
    try:
        async with asyncio.timeout(seconds):
            return await anext(chunks, None)
    except TimeoutError:
        raise error from None


def _wait(error: ProviderError, jittered: float) -> float:
    """Full jitter; but never sooner than the provider asked for, within reason."""
    if error.retry_after is None:
        return jittered
    return max(jittered, min(error.retry_after, MAX_RETRY_AFTER))
