"""The chat of the turns' tests, and sockets to watch it with."""

import asyncio
import json

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.test import Client

from chatapp.live import reading
from chatapp.live.routing import websocket_app
from tests.turns.conftest import chat, host, start_chat  # noqa: F401 - fixtures


@pytest.fixture(autouse=True)
async def _close_threads(transactional_db):
    yield
    await reading.database.close()


def cookie_of(user):
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


class Tab:
    """A browser's tab: a socket, and what came over it."""

    def __init__(self, cookie, key, *, after=0, staff=False, origin="http://testserver"):
        self.messages = []
        query = f"?after={after}" + ("&staff=1" if staff else "")
        headers = [(b"host", b"testserver"), (b"cookie", f"sessionid={cookie}".encode())]
        if origin:
            headers.append((b"origin", origin.encode()))
        self.socket = WebsocketCommunicator(websocket_app, f"/ws/s/{key}/{query}", headers)

    async def open(self):
        connected, code = await self.socket.connect()
        self.code = code
        return connected

    async def read(self, until, seconds=10):
        """Read until a message fits; then all messages so far."""
        async with asyncio.timeout(seconds):
            while not any(until(message) for message in self.messages):
                self.messages += json.loads(await self.socket.receive_from(timeout=seconds))
        return self.messages

    async def closed(self, seconds=10):
        """The code the server closed with."""
        while True:
            output = await self.socket.receive_output(timeout=seconds)
            if output["type"] == "websocket.close":
                return output["code"]

    async def close(self):
        await self.socket.disconnect()

    def seqs(self):
        return [message["seq"] for message in self.messages if message["t"] == "ev"]

    def text(self):
        """The live blocks, put together as the browser does."""
        blocks = {}
        for message in self.messages:
            if message["t"] == "begin":
                blocks = {}
            elif message["t"] == "b":
                blocks[message["index"]] = message["html"]
            elif message["t"] == "d":
                blocks[message["index"]] += message["html"]
        return "".join(blocks[index] for index in sorted(blocks))


@pytest.fixture
async def tab(chat):  # noqa: F811 - the fixture
    """`await tab()` opens a tab of Alice's on the chat's session."""
    cookie = await sync_to_async(cookie_of)(chat.session.owner)
    tabs = []

    async def open_tab(**kwargs):
        made = Tab(kwargs.pop("cookie", cookie), kwargs.pop("key", chat.session.key), **kwargs)
        assert await made.open()
        tabs.append(made)
        return made

    yield open_tab
    for made in tabs:
        await made.close()
