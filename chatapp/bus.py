"""Frames out to watchers, wake-up calls in to runners. A rumour: the database is the truth.

In its own process a frame goes straight from publisher to watchers. Only if `REDIS_URL` is set
does it also cross to other processes, once for each process that watches the topic. Nobody else
touches the channel layer.
"""

import asyncio
import contextlib
import os
import secrets
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, Protocol

import orjson
import structlog
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import transaction

from chatapp.events.frames import Draft, Frame, dump_frame, load_frame

log = structlog.get_logger(__name__)
RUNNERS = "runners"


def session_topic(session_id: int) -> str:
    return f"session.{session_id}"


def user_topic(user_id: int) -> str:
    return f"user.{user_id}"


class Engine(Protocol):
    """What gets turns run. `turns/engine.py` has the two implementations."""

    def dispatch(self, turn_id: int) -> None:
        """Called in the transaction that queued the turn."""

    def cancel(self, turn_id: int) -> None:
        """Called after the wish to cancel was stored."""


class Watch:
    """One watcher's bounded queue of frames. After an overflow it says so, once, and is empty."""

    LIMIT = 1000

    def __init__(self, topics: Iterable[str]) -> None:
        self.topics = tuple(topics)
        self._frames: deque[Frame] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self.overflowed = False

    def put(self, frame: Frame) -> None:
        if len(self._frames) >= self.LIMIT:
            self._frames.clear()
            self.overflowed = True
        self._frames.append(frame)
        self._wake()

    def take(self) -> list[Frame]:
        """All that is waiting."""
        frames = list(self._frames)
        self._frames.clear()
        return frames

    async def wait(self, seconds: float | None = None) -> bool:
        """Until something is waiting; False when the time is up."""
        if not self._frames:
            # By hand: `asyncio.timeout` and an Event would cost more than what is waited for.
            loop = asyncio.get_running_loop()
            self._waiter = loop.create_future()
            timer = loop.call_later(seconds, self._wake) if seconds is not None else None
            try:
                await self._waiter
            finally:
                self._waiter = None
                if timer:
                    timer.cancel()
        return bool(self._frames)

    def _wake(self) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)


class Bus:
    """The hub of one process."""

    def __init__(self) -> None:
        self._watches: dict[str, set[Watch]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._drafts: dict[int, Draft] = {}
        self._relay: _Relay | None = None
        self.engine: Engine | None = None

    # Watching: on the event loop only

    async def watch(self, *topics: str) -> Watch:
        """Join first; whoever watches reads the database after."""
        self.attach()
        watch = Watch(topics)
        for topic in topics:
            watches = self._watches.setdefault(topic, set())
            watches.add(watch)
            if len(watches) == 1 and self._relay:
                await self._relay.join(topic)
        return watch

    async def unwatch(self, watch: Watch) -> None:
        for topic in watch.topics:
            watches = self._watches.get(topic, set())
            watches.discard(watch)
            if not watches:
                self._watches.pop(topic, None)
                if self._relay:
                    await self._relay.leave(topic)

    def attach(self) -> None:
        """Make the running event loop the one that frames are handed over on."""
        loop = asyncio.get_running_loop()
        if self._loop is loop:
            return
        self._loop = loop
        self._watches.clear()
        self._relay = _Relay(self.deliver) if settings.REDIS_URL else None

    async def detach(self) -> None:
        if self._relay:
            await self._relay.close()
        self._relay, self._loop = None, None

    def deliver(self, topic: str, frames: Iterable[Frame]) -> None:
        for watch in self._watches.get(topic, ()):
            for frame in frames:
                watch.put(frame)

    # Publishing: from any thread

    def publish(self, topic: str, *frames: Frame) -> None:
        """Hand frames over, now. What speaks of a row must use `publish_on_commit`."""
        loop = self._loop
        if loop is None or loop.is_closed():
            if settings.REDIS_URL:
                _send_from_afar(topic, frames)
            return
        if _running_loop() is loop:
            self._publish_here(topic, frames)
        else:
            loop.call_soon_threadsafe(self._publish_here, topic, frames)

    def publish_on_commit(self, topic: str, *frames: Frame) -> None:
        transaction.on_commit(lambda: self.publish(topic, *frames))

    def _publish_here(self, topic: str, frames: tuple[Frame, ...]) -> None:
        self.deliver(topic, frames)
        if self._relay:
            self._relay.send(topic, frames)

    # Turns

    def dispatch(self, turn_id: int) -> None:
        """Queue the turn with the engine, within the caller's transaction."""
        if self.engine:
            self.engine.dispatch(turn_id)

    def cancel(self, turn_id: int) -> None:
        transaction.on_commit(lambda: self.engine.cancel(turn_id) if self.engine else None)

    # The text so far of bodies being written

    def keep_draft(self, session_id: int, draft: Draft | None) -> None:
        """Called by the runner for every delta it publishes, on the event loop."""
        if draft is None:
            self._drafts.pop(session_id, None)
        else:
            self._drafts[session_id] = draft
        if self._relay:
            self._relay.keep_draft(session_id, draft)

    async def draft(self, session_id: int) -> Draft | None:
        """The newest text that can be had without the database."""
        draft = self._drafts.get(session_id)
        return draft or (await self._relay.draft(session_id) if self._relay else None)


class _Relay:
    """The channel layer's side: one channel for this process, one group a topic."""

    # Written anew while it grows; of a session deleted meanwhile nothing stays for longer.
    DRAFT_SECONDS = 60
    DRAFT_EVERY = 1.0

    def __init__(self, deliver: Callable[[str, Iterable[Frame]], None]) -> None:
        self._deliver = deliver
        self._layer: Any = get_channel_layer()
        self._origin = f"{os.getpid()}.{secrets.token_hex(4)}"
        self._channel: str | None = None
        self._joined: set[str] = set()
        self._outbox: asyncio.Queue[tuple[str, dict[str, Any]]] = asyncio.Queue(10_000)
        self._drafts: dict[int, Draft | None] = {}
        self._tasks = [
            asyncio.create_task(job(), name=f"bus.{job.__name__}")
            for job in (self._receive, self._send, self._store_drafts)
        ]

    async def join(self, topic: str) -> None:
        self._joined.add(topic)
        await self._try(self._layer.group_add(_group(topic), await self._own_channel()))

    async def leave(self, topic: str) -> None:
        self._joined.discard(topic)
        await self._try(self._layer.group_discard(_group(topic), await self._own_channel()))

    def send(self, topic: str, frames: tuple[Frame, ...]) -> None:
        # A full outbox means that Redis is away; watchers elsewhere will read the database.
        with contextlib.suppress(asyncio.QueueFull):
            self._outbox.put_nowait((topic, _message(topic, frames, self._origin)))

    def keep_draft(self, session_id: int, draft: Draft | None) -> None:
        self._drafts[session_id] = draft

    async def draft(self, session_id: int) -> Draft | None:
        raw = await self._try(_redis().get(_draft_key(session_id)))
        return Draft(**orjson.loads(raw)) if raw else None

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _own_channel(self) -> str:
        if self._channel is None:
            self._channel = await self._layer.new_channel()
        return self._channel

    async def _receive(self) -> None:
        channel = await self._own_channel()
        while True:
            message = await self._try(self._layer.receive(channel), pause=1.0)
            if message and message["origin"] != self._origin:
                frames = [load_frame(value) for value in orjson.loads(message["frames"])]
                self._deliver(message["topic"], frames)

    async def _send(self) -> None:
        while True:
            topic, message = await self._outbox.get()
            await self._try(self._layer.group_send(_group(topic), message), pause=0.2)

    async def _store_drafts(self) -> None:
        while True:
            await asyncio.sleep(self.DRAFT_EVERY)
            drafts, self._drafts = self._drafts, {}
            if drafts:
                await self._try(_write_drafts(drafts, self.DRAFT_SECONDS))

    async def _try(self, call: Any, *, pause: float = 0.0) -> Any:
        """Redis may be away: then frames do not cross, and watchers fall back to reading."""
        try:
            return await call
        except (OSError, _redis_error()) as exc:
            log.warning("bus.unreachable", error=type(exc).__name__)
            await asyncio.sleep(pause)
            return None


async def _write_drafts(drafts: dict[int, Draft | None], seconds: int) -> None:
    async with _redis().pipeline(transaction=False) as pipe:
        for session_id, draft in drafts.items():
            if draft is None:
                pipe.delete(_draft_key(session_id))
            else:
                pipe.set(_draft_key(session_id), orjson.dumps(draft), ex=seconds)
        await pipe.execute()


_clients: dict[int, Any] = {}


def _redis() -> Any:
    """One client for each event loop."""
    import redis.asyncio

    loop_id = id(asyncio.get_running_loop())
    if loop_id not in _clients:
        _clients.clear()
        _clients[loop_id] = redis.asyncio.from_url(settings.REDIS_URL)  # type: ignore[no-untyped-call]
    return _clients[loop_id]


def _redis_error() -> type[Exception]:
    import redis.exceptions

    return redis.exceptions.RedisError


def _draft_key(session_id: int) -> str:
    return f"chatapp:draft:{session_id}"


def _group(topic: str) -> str:
    return f"chatapp.{topic}"


def _message(topic: str, frames: Iterable[Frame], origin: str) -> dict[str, Any]:
    dumped = orjson.dumps([dump_frame(frame) for frame in frames])
    return {"type": "frames", "topic": topic, "origin": origin, "frames": dumped}


def _send_from_afar(topic: str, frames: Iterable[Frame]) -> None:
    """From a process without a hub of its own, such as a management command."""
    import redis
    from asgiref.sync import async_to_sync

    layer: Any = get_channel_layer()
    try:
        async_to_sync(layer.group_send)(_group(topic), _message(topic, frames, "afar"))
    except (OSError, redis.exceptions.RedisError) as exc:
        log.warning("bus.unreachable", error=type(exc).__name__)


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


bus = Bus()
