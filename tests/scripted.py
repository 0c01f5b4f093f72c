"""The `llm` fixture: a model that answers what a test wants, and remembers what it was asked."""

from collections.abc import Iterator

import pytest

from chatapp.llm.providers.scripted import Scripted


@pytest.fixture
def llm() -> Iterator[type[Scripted]]:
    """`llm.will_answer([TextDelta("Hello.")])`; then look at `llm.requests`."""
    Scripted.reset()
    yield Scripted
    Scripted.reset()
