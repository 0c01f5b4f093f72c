"""What moves turns along: claims them, drives the loop, stores and publishes, ends them.

The same class runs in the web process and in workers. It holds no state that the database
lacks, but for the text of the body being written.
"""

import asyncio
import os
import secrets
import socket
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import structlog
from django.conf import settings
from django.db import transaction

from chatapp.bus import RUNNERS, bus
from chatapp.events.frames import CancelFrame
from chatapp.lib.database_threads import DatabaseThreads
from chatapp.services.jobs import fail_abandoned_jobs
from chatapp.services.schedules import run_due_schedules
from chatapp.services.turns import (
    Claim,
    claim_turn,
    expire_leases,
    is_for_sub_agent,
    release_turns,
    renew_leases,
    running_turns,
    turns_to_dispatch,
)
from chatapp.turns.run import Run

log = structlog.get_logger(__name__)


class Runner:
    """Runs any number of turns on one event loop."""

    def __init__(self, *, concurrency: int | None = None) -> None:
        self.name = f"{_host()}/{os.getpid()}/{secrets.token_hex(3)}"
        postgres = settings.POSTGRESQL
        self.database = DatabaseThreads("turns", 8 if postgres else 1)
        self._places = asyncio.Semaphore(concurrency or settings.TURN_CONCURRENCY)
        self._running: dict[int, Run] = {}
        self._spawned: dict[int, asyncio.Task[None]] = {}
        self._duties: list[asyncio.Task[None]] = []
        self._claiming: set[asyncio.Task[Claim | None]] = set()
        self._draining = False

    async def start(self) -> None:
        """Begin to renew leases, look for stranded turns and listen for cancels."""
        bus.attach()
        self._duties = [
            asyncio.create_task(_every(settings.TURN_HEARTBEAT_SECONDS, self._renew)),
            asyncio.create_task(_every(settings.TURN_SWEEP_SECONDS, self._sweep)),
            asyncio.create_task(_every(settings.TURN_SWEEP_SECONDS, self._run_schedules)),
            asyncio.create_task(_every(settings.JOB_HEARTBEAT_SECONDS, self._end_jobs)),
            asyncio.create_task(self._listen()),
        ]

    async def recover(self) -> None:
        """At the start: take up at once what a killed process of this host has left."""
        left = [
            turn_id
            for turn_id, name in await self.database.run(running_turns)
            if _is_dead(name) and turn_id not in self._running
        ]
        await self.database.run(expire_leases, turn_ids=left)
        for turn_id in await self.database.run(turns_to_dispatch, waited=timedelta(0)):
            self.spawn(turn_id)

    async def drain(self, seconds: float | None = None) -> None:
        """Take no more turns, give those that run some time, and hand the rest back."""
        self._draining = True
        await asyncio.gather(*self._claiming, return_exceptions=True)
        # Whoever has a claim since just now begins to run before we look who runs.
        await asyncio.sleep(0)
        running = [run.task for run in self._running.values()]
        if running:
            await asyncio.wait(
                running, timeout=settings.TURN_DRAIN_SECONDS if seconds is None else seconds
            )
        left = list(self._running.values())
        for run in left:
            run.hand_back()
        await asyncio.gather(*(run.task for run in left), return_exceptions=True)
        for duty in self._duties:
            duty.cancel()
        await asyncio.gather(*self._duties, return_exceptions=True)
        await self.database.close()

    @property
    def running(self) -> int:
        return len(self._running)

    def spawn(self, turn_id: int) -> None:
        """Run a turn as a task of the running event loop."""
        if turn_id not in self._spawned and not self._draining:
            task = asyncio.create_task(self.run(turn_id), name=f"turn {turn_id}")
            self._spawned[turn_id] = task
            task.add_done_callback(lambda _: self._spawned.pop(turn_id, None))

    def cancel(self, turn_id: int) -> None:
        """A hint that somebody stored the wish to cancel; the heartbeat would find it, too."""
        if run := self._running.get(turn_id):
            run.stop()

    async def run(self, turn_id: int) -> None:
        """Run a turn to its end, if it is to be had."""
        if self._draining or turn_id in self._running:
            return
        async with await self._place(turn_id):
            claiming = asyncio.create_task(self._claim(turn_id))
            self._claiming.add(claiming)
            claiming.add_done_callback(self._claiming.discard)
            claim = await claiming
            if claim is None:
                return
            with structlog.contextvars.bound_contextvars(turn_id=turn_id):
                task = cast(asyncio.Task[None], asyncio.current_task())
                run = Run(claim, task, runner=self.name, database=self.database)
                self._running[turn_id] = run
                try:
                    await run.go()
                finally:
                    self._running.pop(turn_id, None)

    async def _claim(self, turn_id: int) -> Claim | None:
        """Claim, and hand back at once what was claimed while the drain began."""
        if self._draining:
            return None
        claim: Claim | None = await self.database.run(claim_turn, turn_id=turn_id, runner=self.name)
        if claim and self._draining:
            await self.database.run(release_turns, runner=self.name, turn_ids=[turn_id])
            return None
        return claim

    async def _place(self, turn_id: int) -> Any:
        """Sub-agents need no place of their own: those who wait for them hold one."""
        if self._places.locked() and await self.database.run(is_for_sub_agent, turn_id=turn_id):
            return nullcontext()
        return self._places

    async def _renew(self) -> None:
        """One statement for all turns of this process. What is no longer ours is let go."""
        runs = dict(self._running)
        if not runs:
            return
        kept, cancelled = await self.database.run(
            renew_leases,
            runner=self.name,
            fences={turn_id: run.claim.fence.attempt for turn_id, run in runs.items()},
            drafts={
                turn_id: draft for turn_id, run in runs.items() if (draft := run.fresh_draft())
            },
        )
        for turn_id, run in runs.items():
            if turn_id not in kept:
                run.lose()
            elif turn_id in cancelled:
                run.stop()

    async def _sweep(self) -> None:
        waited = timedelta(seconds=settings.TURN_SWEEP_SECONDS)
        for turn_id in await self.database.run(turns_to_dispatch, waited=waited):
            if not self._draining:
                await self.database.run(_dispatch, turn_id)

    async def _run_schedules(self) -> None:
        if not self._draining:
            await self.database.run(run_due_schedules)

    async def _end_jobs(self) -> None:
        await self.database.run(fail_abandoned_jobs)

    async def _listen(self) -> None:
        watch = await bus.watch(RUNNERS)
        while await watch.wait():
            for frame in watch.take():
                if isinstance(frame, CancelFrame):
                    self.cancel(frame.turn_id)


def _dispatch(turn_id: int) -> None:
    with transaction.atomic():
        bus.dispatch(turn_id)


def _host() -> str:
    return socket.gethostname()[:60]


def _is_dead(name: str) -> bool:
    """Whether the runner of this name was on this host, and its process is no more.

    Our own pid under another name is one, too: after a restart in a container it is the same.
    """
    host, _, rest = name.partition("/")
    pid = rest.partition("/")[0]
    if host != _host() or not pid.isdigit():
        return False
    return int(pid) == os.getpid() or not Path(f"/proc/{pid}").exists()


async def _every(seconds: float, duty: Any) -> None:
    """A duty that fails (the database is away) is tried again at its next time."""
    while True:
        await asyncio.sleep(seconds)
        try:
            await duty()
        except Exception:
            log.exception("runner.duty_failed", duty=duty.__name__)
