"""The hub of one process: topics, their watchers, and the drafts of bodies being written."""

import asyncio
from collections.abc import Iterable
from typing import Protocol

from django.conf import settings
from django.db import transaction

from chatapp.bus.relay import Relay, send_from_afar
from chatapp.bus.watch import Watch
from chatapp.events.frames import Draft, Frame

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


class Bus:
    """The hub of one process."""

    def __init__(self) -> None:
        self._watches: dict[str, set[Watch]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._drafts: dict[int, Draft] = {}
        self._relay: Relay | None = None
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
        self._relay = Relay(self.deliver) if settings.REDIS_URL else None

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
                send_from_afar(topic, frames)
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


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


bus = Bus()
