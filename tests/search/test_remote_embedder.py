"""Vectors from a service that speaks OpenAI's protocol."""

import asyncio

import numpy as np
import pytest

from chatapp.errors import ProviderError
from chatapp.search.remote_embedder import BATCH, RemoteEmbedder
from tests.fake_openai import FakeOpenAI


@pytest.fixture
async def server():
    async with FakeOpenAI() as server:
        yield server


@pytest.fixture
def embedder(server):
    return RemoteEmbedder(server.url, "key", "fake-embedder", "openai:fake-embedder")


async def test_texts_become_rows_of_length_one_in_their_order(embedder):
    texts = [f"text number {number}" for number in range(BATCH + 3)]

    rows = await asyncio.to_thread(embedder.embed, texts)
    alone = await asyncio.to_thread(embedder.embed, texts[-1:])

    assert rows.shape == (len(texts), 256)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert np.allclose(rows[-1], alone[0], atol=1e-6)


async def test_dimensions_are_what_the_service_says(embedder):
    assert await asyncio.to_thread(lambda: embedder.dimensions) == 256


async def test_a_service_that_refuses_is_named(server):
    lost = RemoteEmbedder(f"{server.url}/nowhere", "", "m", "openai:m")

    with pytest.raises(ProviderError, match="embedding service"):
        await asyncio.to_thread(lost.embed, ["x"])


async def test_an_absent_service_is_named():
    absent = RemoteEmbedder("http://127.0.0.1:9/v1", "", "m", "openai:m")

    with pytest.raises(ProviderError, match="embedding service"):
        await asyncio.to_thread(absent.embed, ["x"])
