"""An installation to measure: its processes on a core of their own, and what they use of it."""

import asyncio
import math
import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

import psutil

from tests.installation import Installation
from tests.processes import Process

MB = 2**20
CORES = sorted(os.sched_getaffinity(0))


@contextmanager
def installation(*, with_model: bool = False, **settings: str) -> Iterator[Installation]:
    """Empty, in a folder that goes away with all that was started in it.

    SIGTERM ends a benchmark like Ctrl+C does, so that nothing is left behind.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with (
        TemporaryDirectory(prefix="chatapp-benchmark-") as folder,
        Installation(Path(folder), CHATAPP_LOG_LEVEL="WARNING", **settings) as installed,
    ):
        os.sched_setaffinity(0, CORES[1:] or CORES)
        # What only the first start does is not what is measured.
        installed.web("--no-demo").process.stop()
        if with_model:
            installed.fake_model()
        yield installed


@contextmanager
def on_a_core_of_its_own() -> Iterator[None]:
    """What is started in here gets the first core; we and all others keep off it from now on."""
    os.sched_setaffinity(0, CORES[:1])
    try:
        yield
    finally:
        os.sched_setaffinity(0, CORES[1:] or CORES)


class Usage:
    """What a process used between `begin` and `end`, and its memory at the most."""

    def __init__(self, process: Process) -> None:
        self._process = psutil.Process(process.pid)
        self._watching: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._before = self._cpu_ms()
        self.rss_before = self.rss_peak = self._rss()
        self._watching = asyncio.create_task(self._watch())
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._watching:
            self._watching.cancel()
        self.cpu_ms = self._cpu_ms() - self._before
        self.rss_after = self._rss()
        self.rss_peak = max(self.rss_peak, self.rss_after)

    def _cpu_ms(self) -> float:
        times = self._process.cpu_times()
        return 1000 * float(times.user + times.system)

    def _rss(self) -> float:
        return float(self._process.memory_info().rss) / MB

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(0.05)
            self.rss_peak = max(self.rss_peak, self._rss())


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that `percent` of all do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)] if ordered else math.nan
