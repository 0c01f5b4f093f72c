"""Asks a model server over HTTP and reads its answer as it comes.

One aiohttp session an event loop carries all requests; docs/decisions says why it is aiohttp. A
session closes itself when its loop ends. Knows server-sent events, but not what they mean.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chatapp.errors import ProviderError
from chatapp.llm.failures import failed_response, failed_transport, failure
from chatapp.llm.sse import LineTooLongError, Payloads

MAX_ERROR_BYTES = 64 * 1024
ERROR_TIMEOUT = 10
GATHER_SECONDS = 0.05
HEADERS = {"content-type": "application/json", "accept-encoding": "identity"}


class StreamOptions(BaseModel):
    """What an operator may set for a provider. Times are in seconds."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    connect_timeout: float = Field(5, gt=0, le=60)
    first_token_timeout: float = Field(60, gt=0)
    idle_timeout: float = Field(30, gt=0)
    max_line_bytes: int = Field(1024 * 1024, ge=1024)
    max_output_chars: int = Field(2_000_000, ge=1)
    headers: dict[str, str] = {}
    proxy: str | None = None

    @classmethod
    def read(cls, options: dict[str, Any]) -> "StreamOptions":
        try:
            return cls.model_validate(options)
        except ValidationError as exc:
            raise failure("provider_misconfigured", str(exc)) from exc


def encode(body: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(body)
    except TypeError:
        # Half a surrogate pair or a huge number: rare, and legal in JSON all the same.
        return json.dumps(body, default=str).encode()


class EventStream:
    """The payloads of an answer, as many at a time as one read brings.

    Once the answer flows, reads are some time apart: to wake a turn for each single token costs
    more than all that is then done with it.

    Waiting too long closes the connection. Until `begin`, the wait counts from the request on,
    so that a server which only keeps the line warm does not go on for ever; then from the last
    read; and after `end_within` from that call. One timer watches and moves on by itself: to
    set one for each read would cost more than the reading.
    """

    def __init__(self, response: aiohttp.ClientResponse, options: StreamOptions, asked_at: float):
        self.received = 0
        self.is_ending = False
        self._response = response
        self._payloads = Payloads(options.max_line_bytes)
        self._loop = asyncio.get_running_loop()
        self._idle_timeout = options.idle_timeout
        self._limit = options.first_token_timeout
        self._since: float | None = asked_at
        self._counts_reads = False
        self._is_expired = False
        self._timer = self._loop.call_at(asked_at + self._limit, self._check)

    async def read(self) -> list[bytes] | None:
        """The next payloads, maybe none; None at the end."""
        if self._counts_reads:
            await asyncio.sleep(GATHER_SECONDS)
            self._since = self._loop.time()
        try:
            data = await self._response.content.readany()
            if self._counts_reads:
                self._since = None
            self.received += len(data)
            return self._payloads.feed(data) if data else None
        except (aiohttp.ClientError, OSError, LineTooLongError) as exc:
            if self.is_ending:
                return None
            raise self._failure(exc) from exc

    def begin(self) -> None:
        """The first token is here: from now on, mind the pauses only."""
        if not self._counts_reads:
            self._counts_reads = True
            self._watch(self._idle_timeout)

    def end_within(self, seconds: float) -> None:
        """All that counts is here: listen on for so long, and let nothing spoil it any more."""
        self.is_ending = True
        self._counts_reads = False
        self._watch(seconds)

    def close(self) -> None:
        """Hang up, unless the answer was read to its end."""
        self._timer.cancel()
        self._response.close()

    def _watch(self, seconds: float) -> None:
        self._limit = seconds
        self._since = self._loop.time()
        self._timer.cancel()
        self._timer = self._loop.call_later(seconds, self._check)

    def _check(self) -> None:
        now = self._loop.time()
        if self._since is None:  # nobody waits: our own side is busy with what came
            self._timer = self._loop.call_at(now + self._limit, self._check)
        elif now < self._since + self._limit:
            self._timer = self._loop.call_at(self._since + self._limit, self._check)
        else:
            self._is_expired = True
            self._response.close()

    def _failure(self, exc: Exception) -> ProviderError:
        if self._is_expired:
            return failure("provider_timeout", f"Nothing came for {self._limit:g} seconds.")
        if isinstance(exc, LineTooLongError):
            return failure("provider_protocol", "A line of the stream was too long.")
        return failed_transport(exc, is_open=True)


@asynccontextmanager
async def ask(
    url: str, headers: dict[str, str], body: dict[str, Any], options: StreamOptions
) -> AsyncIterator[EventStream]:
    """Send a request and hold its answer open. Whoever leaves early hangs up."""
    asked_at = asyncio.get_running_loop().time()
    response = await _post(url, headers | options.headers, encode(body), options)
    stream = EventStream(response, options, asked_at)
    try:
        if response.status != 200 or not _is_stream(response):
            raise await _refusal(response)
        yield stream
    finally:
        stream.close()


async def _post(
    url: str, headers: dict[str, str], data: bytes, options: StreamOptions
) -> aiohttp.ClientResponse:
    http = await session()
    try:
        async with asyncio.timeout(options.first_token_timeout):
            return await http.post(
                url,
                data=data,
                headers=HEADERS | headers,
                timeout=aiohttp.ClientTimeout(total=None, connect=options.connect_timeout),
                allow_redirects=False,
                proxy=options.proxy,
            )
    except (aiohttp.ClientError, OSError, ValueError) as exc:
        raise failed_transport(exc, is_open=False) from exc


def _is_stream(response: aiohttp.ClientResponse) -> bool:
    return response.content_type not in ("application/json", "text/html")


async def _refusal(response: aiohttp.ClientResponse) -> Exception:
    """Read what the server said in place of a stream, as far as it is worth reading."""
    body = b""
    try:
        async with asyncio.timeout(ERROR_TIMEOUT):
            while len(body) < MAX_ERROR_BYTES and (data := await response.content.readany()):
                body += data
    except (aiohttp.ClientError, OSError):
        pass
    return failed_response(response.status, response.headers, body[:MAX_ERROR_BYTES])


Held = tuple[AsyncGenerator[aiohttp.ClientSession], aiohttp.ClientSession]
_held: dict[asyncio.AbstractEventLoop, Held] = {}


async def session() -> aiohttp.ClientSession:
    """The session of the running loop."""
    loop = asyncio.get_running_loop()
    if loop not in _held:
        holder = _hold(loop)
        _held[loop] = holder, await anext(holder)
    return _held[loop][1]


async def close_session() -> None:
    """Close the running loop's session early. The loop does it by itself when it ends."""
    if held := _held.get(asyncio.get_running_loop()):
        await held[0].aclose()


async def _hold(loop: asyncio.AbstractEventLoop) -> AsyncGenerator[aiohttp.ClientSession]:
    # A loop closes its open generators as its last act, and so the session with them.
    connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=60)
    jar = aiohttp.DummyCookieJar()
    try:
        async with aiohttp.ClientSession(
            connector=connector, cookie_jar=jar, auto_decompress=False
        ) as opened:
            yield opened
    finally:
        _held.pop(loop, None)
