"""A fake model server, and both of our providers at its door."""

from collections.abc import AsyncIterator

import pytest

from chatapp.llm.base import Provider
from chatapp.llm.providers.anthropic import Anthropic
from chatapp.llm.providers.openai import OpenAI
from tests.fake_openai import FakeOpenAI
from tests.scripted import llm

__all__ = ["llm"]

KEY = "sk-a-key-of-the-tests"


@pytest.fixture
async def server() -> AsyncIterator[FakeOpenAI]:
    async with FakeOpenAI() as server:
        yield server


@pytest.fixture
def openai(server: FakeOpenAI) -> Provider:
    return OpenAI(base_url=server.url, api_key=KEY)


@pytest.fixture
def anthropic(server: FakeOpenAI) -> Provider:
    return Anthropic(base_url=server.url, api_key=KEY)


@pytest.fixture(params=["openai", "anthropic"])
def provider(request: pytest.FixtureRequest, server: FakeOpenAI) -> Provider:
    return Provider.registry[request.param](base_url=server.url, api_key=KEY)
