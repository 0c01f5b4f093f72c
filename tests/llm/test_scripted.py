"""The scripted model does what it was told, in the tests of everything else."""

import asyncio

import pytest

from chatapp.errors import ProviderError
from chatapp.llm.base import Finish, TextDelta, ToolCall
from chatapp.llm.providers.scripted import BREAK_OFF
from tests.llm.asking import answer, request


async def test_each_request_is_answered_by_the_next_round(llm):
    llm.will_answer([ToolCall("c1", "clock", "{}")], [TextDelta("Noon.")])

    assert await answer(llm()) == [ToolCall("c1", "clock", "{}"), Finish("tool_calls")]
    assert await answer(llm()) == [TextDelta("Noon."), Finish("stop")]
    assert llm.requests == [request(), request()]


async def test_a_round_may_be_made_of_the_request(llm):
    llm.will_answer(lambda asked: [TextDelta(asked.model)])

    assert (await answer(llm()))[0] == TextDelta("fake-1")


async def test_a_round_may_break_off(llm):
    llm.will_answer([TextDelta("No"), BREAK_OFF])

    assert await answer(llm()) == [TextDelta("No")]


async def test_a_round_may_fail(llm):
    llm.will_answer([ProviderError("Busy.", reason="provider_busy")])

    with pytest.raises(ProviderError, match="Busy"):
        await answer(llm())


async def test_a_round_may_wait_for_an_event(llm):
    event = asyncio.Event()
    llm.will_answer([event, TextDelta("At last.")])
    task = asyncio.create_task(answer(llm()))
    await asyncio.sleep(0)
    assert not task.done()

    event.set()

    assert (await task)[0] == TextDelta("At last.")


async def test_a_script_that_is_over_says_so(llm):
    with pytest.raises(ProviderError, match="no answer left"):
        await answer(llm())
