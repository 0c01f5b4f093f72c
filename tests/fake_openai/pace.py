"""Writes many streams at their rates with one timer for all, so that load costs little."""

import asyncio
from heapq import heappop, heappush
from itertools import count
from typing import Protocol

TICK = 0.002


class Paced(Protocol):
    def step(self) -> float | None:
        """Write what is due. Returns the seconds until the next step, None at the end."""


class Pacer:
    def __init__(self) -> None:
        self._due: list[tuple[float, int, Paced]] = []
        self._numbers = count()
        self._timer: asyncio.TimerHandle | None = None

    def add(self, stream: Paced, delay: float) -> None:
        self._push(asyncio.get_running_loop().time() + delay, stream)
        self._arm()

    def close(self) -> None:
        self._due.clear()
        if self._timer:
            self._timer.cancel()

    def _push(self, due: float, stream: Paced) -> None:
        heappush(self._due, (due, next(self._numbers), stream))

    def _arm(self) -> None:
        if self._timer is None and self._due:
            loop = asyncio.get_running_loop()
            due = max(self._due[0][0], loop.time() + TICK)
            self._timer = loop.call_at(due, self._tick)
        elif self._timer is not None and self._due[0][0] < self._timer.when() - TICK:
            self._timer.cancel()
            self._timer = None
            self._arm()

    def _tick(self) -> None:
        self._timer = None
        now = asyncio.get_running_loop().time()
        later: list[tuple[float, Paced]] = []
        while self._due and self._due[0][0] <= now:
            due, _, stream = heappop(self._due)
            if (delay := stream.step()) is not None:
                # From when it was due, not from now: a late tick does not slow the stream.
                later.append((max(due + delay, now - 1), stream))
        for due, stream in later:
            self._push(due, stream)
        self._arm()
