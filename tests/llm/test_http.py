"""One session a loop, closed with its loop."""

import asyncio

import aiohttp
import pytest

from chatapp.errors import ProviderError
from chatapp.llm.http import StreamOptions, close_session, session


def test_a_loop_has_one_session_and_closes_it_when_it_ends():
    async def use() -> aiohttp.ClientSession:
        first, second = await asyncio.gather(session(), session())
        assert first is second
        assert not first.closed
        return first

    first, second = asyncio.run(use()), asyncio.run(use())

    assert first is not second
    assert first.closed
    assert second.closed


async def test_a_session_closed_early_is_followed_by_a_new_one():
    first = await session()
    await close_session()
    await close_session()

    assert first.closed
    assert not (await session()).closed


def test_options_of_others_are_passed_over_and_nonsense_is_refused():
    assert StreamOptions.read({"idle_timeout": 5, "colour": "red"}).idle_timeout == 5
    with pytest.raises(ProviderError, match="not set up properly"):
        StreamOptions.read({"idle_timeout": "soon"})
