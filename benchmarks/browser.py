"""What a browser does with a chat, for load: sends over HTTP, watches over a websocket, counts.

The model's tokens carry their number and the time they were sent (`!stamped`), so one look at
what came in tells how late it is and whether something is missing.
"""

import asyncio
import re
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Self

import aiohttp
import orjson

from benchmarks.seeding import Chat

STAMP = re.compile(r"(?<!\w)(\d+)x(\d{6,})(?!\w)")
PATIENCE = 120


def order(tokens: int, rate: float = 0) -> str:
    """The message that makes the fake model answer so."""
    return f"!stamped=1 tokens={tokens} rate={rate}"


@dataclass
class Received:
    """One answer, as it came in."""

    tokens: int
    lags: list[float] = field(default_factory=list)
    ack_ms: float = 0.0
    answer: str = ""
    gaps: int = 0
    errors: list[str] = field(default_factory=list)
    _seen: int = -1

    def note(self, text: str) -> None:
        """Tokens that are seen for the first time tell how long they took to get here."""
        now = time.monotonic() * 10_000
        for number, stamp in STAMP.findall(text):
            if int(number) > self._seen:
                self.gaps += int(number) != self._seen + 1
                self._seen = int(number)
                self.lags.append((now - int(stamp)) / 10)

    @property
    def lost(self) -> int:
        """Holes in the stream, and tokens that are not in the answer at their place."""
        numbers = [int(number) for number, _ in STAMP.findall(self.answer)]
        missing = set(range(self.tokens)) - set(numbers)
        return self.gaps + len(missing) + (numbers != sorted(set(numbers)))


class Browser:
    """One tab with one session open."""

    def __init__(self, http: aiohttp.ClientSession, url: str, chat: Chat) -> None:
        self._http, self._url, self._chat = http, url, chat
        self._lengths: dict[int, int] = {}
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._stack.aclose()

    async def open(self, after: int = 0) -> None:
        """Until all that was missed is here."""
        self._socket = await self._stack.enter_async_context(
            self._http.ws_connect(
                f"{self._url}/ws/s/{self._chat.key}/?after={after}",
                headers={**self._chat.headers, "Origin": self._url},
                max_msg_size=0,
            )
        )
        while not any(message["t"] == "run" for message in await self.messages()):
            pass

    async def messages(self) -> list[dict[str, Any]]:
        message = await self._socket.receive()
        if message.type is not aiohttp.WSMsgType.TEXT:
            raise ConnectionError(f"The socket closed: {self._socket.close_code}.")
        return list(orjson.loads(message.data))

    async def ask(self, text: str, tokens: int = 0) -> Received:
        """Send, and watch until the turn is over."""
        received = Received(tokens)
        try:
            async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as tasks:
                tasks.create_task(self._watch(received))
                tasks.create_task(self._send(text, received))
        except* (OSError, TimeoutError, aiohttp.ClientError) as failures:
            received.errors += [repr(failure) for failure in failures.exceptions]
        return received

    @asynccontextmanager
    async def resting(self) -> AsyncIterator[None]:
        """The tab is open and idle: it reads, or else its connection would be taken for dead."""

        async def read() -> None:
            while True:
                await self.messages()

        reading = asyncio.create_task(read())
        yield
        reading.cancel()
        with suppress(asyncio.CancelledError):
            await reading

    async def _send(self, text: str, received: Received) -> None:
        began = time.perf_counter()
        form = {"content": text, "client_id": uuid.uuid4().hex}
        url = f"{self._url}/s/{self._chat.key}/messages"
        async with self._http.post(url, data=form, headers=self._chat.headers) as answer:
            await answer.read()
            received.ack_ms = 1000 * (time.perf_counter() - began)
            if answer.status != 202:
                raise ConnectionError(f"Sending was answered with {answer.status}.")

    async def _watch(self, received: Received) -> None:
        is_over = False
        while not is_over:
            for message in await self.messages():
                self._take(message, received)
                ended = bool(received.answer or received.errors)
                is_over = ended and message["t"] == "run" and message["state"] == "idle"

    def _take(self, message: dict[str, Any], received: Received) -> None:
        match message["t"]:
            case "begin":
                self._lengths.clear()
            case "b":
                self._lengths[message["index"]] = message["length"]
                received.note(message["html"])
            case "d":
                here = self._lengths.get(message["index"], 0)
                received.gaps += here != message["offset"]
                self._lengths[message["index"]] = here + message["length"]
                received.note(message["html"])
            case "ev" if message["type"] == "agent_output":
                # The button that copies holds the text once more.
                received.answer = message["html"].partition("data-copy-text")[0]
                received.note(received.answer)
            case "ev" if message["type"] != "input_message":
                received.errors.append(f"An event of type {message['type']}.")
            case "resync":
                received.errors.append("Told to come back.")


def client() -> aiohttp.ClientSession:
    # Kept for less long than the server does, so that none is used that it has just closed.
    connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=2)
    return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())


class RelayBrowser:
    """The same for `benchmarks.relay`: text in, text out."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._opening = http.ws_connect(url, max_msg_size=0)

    async def __aenter__(self) -> Self:
        self._socket = await self._opening.__aenter__()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._opening.__aexit__(None, None, None)

    async def ask(self, text: str, tokens: int) -> Received:
        received = Received(tokens)
        await self._socket.send_str(text)
        while piece := await self._socket.receive_str():
            received.note(piece)
            received.answer += piece
        return received
