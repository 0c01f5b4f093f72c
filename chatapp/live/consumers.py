"""One consumer: watches one session. Receive-only for the browser; it carries, it does not work."""

import asyncio
import contextlib
import time
from collections import deque
from typing import Any

import structlog
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.db import DatabaseError
from django.http import parse_cookie

from chatapp.bus import bus, user_topic
from chatapp.errors import ChatappError, NotAuthenticated
from chatapp.events.frames import RightsFrame, RowFrame
from chatapp.live import reading
from chatapp.live.messages import dumps, row_message
from chatapp.live.streams import SessionStream, streams

log = structlog.get_logger(__name__)
HEARTBEAT_SECONDS = 10.0
RECHECK_BEATS = 6
MAX_WAITING = 200
STUCK_SECONDS = 60.0
UNAUTHENTICATED, NOT_FOUND, TOO_SLOW, GOING_AWAY = 4401, 4404, 4008, 1012


class SessionConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]  # Channels has no types
    """`/ws/s/<key>/?after=<seq>`; with `&staff=1` as a reviewer."""

    # No layer: the bus has the one channel of this process.
    channel_layer_alias = "none"
    staff = False
    hide_thinking = False

    async def connect(self) -> None:
        # What is to be sent; None for the end.
        self._waiting: deque[str | None] = deque()
        self._wake = asyncio.Event()
        # Nothing leaves while it is being asked whether this is still allowed.
        self._allowed = asyncio.Event()
        self._allowed.set()
        self._overflowed = False
        self._sending_since: float | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._stream: SessionStream | None = None
        try:
            self._cookie, self._key, after, self.staff = self._asked()
            opening = await reading.database.run(
                reading.open_session, self._cookie, self._key, staff=self.staff
            )
        except ChatappError as exc:
            # Accept first: a refused handshake reaches the browser without its reason.
            await self.accept()
            await self.close(UNAUTHENTICATED if isinstance(exc, NotAuthenticated) else NOT_FOUND)
            return
        self.hide_thinking = opening.hide_thinking
        await self.accept()
        self._stream = await streams.open(opening.session_id, opening.session_key)
        self._tasks = [
            asyncio.create_task(job, name=f"socket {self._key}")
            for job in (self._send_waiting(), self._follow_user(opening.user_id))
        ]
        try:
            await self._stream.join(self, after)
        except DatabaseError:
            await self.close(GOING_AWAY)

    async def disconnect(self, code: int) -> None:
        for task in self._tasks:
            task.cancel()
        if self._stream:
            self._stream.leave(self)
            closing = asyncio.create_task(streams.close_if_idle(self._stream))
            _closing.add(closing)
            closing.add_done_callback(_closing.discard)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Writes go over HTTP. What comes in here is at most a sign of life."""

    async def dispatch(self, message: dict[str, Any]) -> None:
        # Spares Channels' hop to a thread for each message: nothing here uses Django's ORM.
        match message["type"]:
            case "websocket.connect":
                await self.websocket_connect(message)
            case "websocket.receive":
                await self.websocket_receive(message)
            case "websocket.disconnect":
                with contextlib.suppress(StopConsumer):
                    await self.websocket_disconnect(message)
                raise StopConsumer

    def put(self, text: str) -> None:
        """Called by the stream. A client that does not read is cut off from the queue, not fed."""
        if self._overflowed:
            return
        if len(self._waiting) >= MAX_WAITING:
            self._waiting.clear()
            self._overflowed = True
            text = dumps([{"t": "resync"}])
        self._waiting.append(text)
        self._wake.set()

    def end(self) -> None:
        """Called by the stream when the session was deleted."""
        self._waiting.append(None)
        self._wake.set()

    async def _send_waiting(self) -> None:
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                while self._waiting:
                    await self._allowed.wait()
                    text = self._waiting.popleft()
                    if text is None:
                        await self.close(NOT_FOUND)
                        return
                    self._sending_since = time.monotonic()
                    await self.send(text_data=text)
                    self._sending_since = None
        except (OSError, RuntimeError):
            log.debug("socket.gone", key=self._key)

    async def _follow_user(self, user_id: int) -> None:
        """Rows of the sidebar, signs of life, and the question whether this is still allowed."""
        watch = await bus.watch(user_topic(user_id))
        beats = 0
        try:
            while True:
                if await watch.wait(HEARTBEAT_SECONDS):
                    await self._take_user_frames(watch.take())
                    continue
                if self._is_stuck:
                    await self.close(TOO_SLOW)
                    return
                beats += 1
                seq = self._stream.last_seq if self._stream else 0
                self.put(dumps([{"t": "hb", "seq": seq}]))
                if beats % RECHECK_BEATS == 0:
                    await self._check_rights()
        finally:
            await bus.unwatch(watch)

    @property
    def _is_stuck(self) -> bool:
        """Looked at now and then: a timeout for each message would cost as much as sending it."""
        since = self._sending_since
        return since is not None and time.monotonic() - since > STUCK_SECONDS

    async def _take_user_frames(self, frames: list[Any]) -> None:
        if any(isinstance(frame, RightsFrame) for frame in frames):
            await self._check_rights()
        rows = {
            frame.session_key: row_message(frame) for frame in frames if isinstance(frame, RowFrame)
        }
        if rows and not self.staff:
            self.put(dumps(list(rows.values())))

    async def _check_rights(self) -> None:
        self._allowed.clear()
        try:
            await reading.database.run(
                reading.open_session, self._cookie, self._key, staff=self.staff
            )
        except NotAuthenticated:
            await self.close(UNAUTHENTICATED)
        except ChatappError:
            await self.close(NOT_FOUND)
        else:
            self._allowed.set()

    def _asked(self) -> tuple[str, str, int, bool]:
        headers = dict(self.scope["headers"])
        cookies = parse_cookie(headers.get(b"cookie", b"").decode("latin-1"))
        query = dict(
            pair.partition("=")[::2]
            for pair in self.scope["query_string"].decode("latin-1").split("&")
        )
        after = query.get("after", "0")
        return (
            cookies.get(settings.SESSION_COOKIE_NAME, ""),
            self.scope["url_route"]["kwargs"]["key"],
            int(after) if after.isdecimal() and len(after) < 18 else 0,
            query.get("staff") == "1",
        )


_closing: set[asyncio.Task[None]] = set()


class UnknownConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]  # Channels has no types
    """Any other path answers as a session that is not there."""

    channel_layer_alias = "none"

    async def connect(self) -> None:
        await self.accept()
        await self.close(NOT_FOUND)
