"""Frames between processes, over Redis. It may be away: then watchers fall back to reading."""

import asyncio
import contextlib
import os
import secrets
from collections.abc import Callable, Iterable
from typing import Any

import orjson
import structlog
from channels.layers import get_channel_layer
from django.conf import settings

from chatapp.events.frames import Draft, Frame, dump_frame, load_frame

log = structlog.get_logger(__name__)


class Relay:
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


def send_from_afar(topic: str, frames: Iterable[Frame]) -> None:
    """From a process without a hub of its own, such as a management command."""
    import redis
    from asgiref.sync import async_to_sync

    layer: Any = get_channel_layer()
    try:
        async_to_sync(layer.group_send)(_group(topic), _message(topic, frames, "afar"))
    except (OSError, redis.exceptions.RedisError) as exc:
        log.warning("bus.unreachable", error=type(exc).__name__)
