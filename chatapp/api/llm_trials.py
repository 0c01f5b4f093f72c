"""Whether a language model answers: one short call, before it is stored."""

import asyncio
from contextlib import aclosing
from typing import Any, cast

from chatapp.errors import InvalidInput, TurnError
from chatapp.events.bodies import text_message
from chatapp.llm.base import LLMRequest
from chatapp.models import Llm
from chatapp.tools.providers import provider_of

SECONDS = 20


def try_out(llm: Llm, parameters: dict[str, Any]) -> None:
    """Raises InvalidInput that says why the model did not answer. To be called on a thread."""
    request = LLMRequest(
        model=llm.upstream_name or llm.name,
        instructions="Answer with one word.",
        history=(text_message("Say hello."),),
        parameters={**llm.parameters, **parameters},
    )
    try:
        asyncio.run(_listen(llm, request))
    except TurnError as exc:
        raise _silent(" ".join(filter(None, (exc.message, exc.detail)))) from exc
    except TimeoutError as exc:
        raise _silent(f"Nothing came for {SECONDS} seconds.") from exc


async def _listen(llm: Llm, request: LLMRequest) -> None:
    async with asyncio.timeout(SECONDS):
        async with aclosing(cast(Any, provider_of(llm).stream(request))) as chunks:
            async for _ in chunks:
                pass


def _silent(why: str) -> InvalidInput:
    return InvalidInput(
        f"The model did not answer the test call: {why}", {"test_model_parameters": why}
    )
