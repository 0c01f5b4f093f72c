"""Lets the runner live in the web process, and keeps this process's bus on its event loop."""

import asyncio
import contextvars

import structlog
from django.conf import settings

from chatapp.bus import bus
from chatapp.turns.engine import InProcess
from chatapp.turns.runner import Runner

log = structlog.get_logger(__name__)


class Host:
    """Starts with the server and drains with it. In worker mode it only attaches the bus."""

    def __init__(self) -> None:
        self.runner: Runner | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._draining: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Again and again is once."""
        loop = asyncio.get_running_loop()
        if self._loop is loop:
            return
        self._loop = loop
        bus.attach()
        if settings.TURN_RUNNER == "inprocess" and isinstance(bus.engine, InProcess):
            self.runner = Runner()
            await self.runner.start()
            bus.engine.connect(self._from_any_thread("spawn"), self._from_any_thread("cancel"))
            await self.runner.recover()

    def drain(self) -> asyncio.Task[None]:
        """Take no more turns and let the others end: while clients still watch them, if asked."""
        self._draining = self._draining or asyncio.create_task(self._drain())
        return self._draining

    async def stop(self) -> None:
        await self.drain()
        await bus.detach()
        self.runner, self._loop, self._draining = None, None, None

    async def _drain(self) -> None:
        if isinstance(bus.engine, InProcess):
            bus.engine.disconnect()
        if self.runner:
            await self.runner.drain()

    def _from_any_thread(self, method: str):  # type: ignore[no-untyped-def]
        loop, runner = self._loop, self.runner
        assert loop
        assert runner

        def call(turn_id: int) -> None:
            # In a fresh context: a task born in a request's would keep the request's thread.
            loop.call_soon_threadsafe(
                getattr(runner, method), turn_id, context=contextvars.Context()
            )

        return call


host = Host()
