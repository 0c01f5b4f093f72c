"""Tabs and chats for the tests of who may see what, and for how long."""

from tests.api.conftest import on_this_thread  # noqa: F401 - a fixture
from tests.live.conftest import _close_threads, tab  # noqa: F401 - fixtures
from tests.turns.conftest import chat, host, start_chat  # noqa: F401 - fixtures
