"""Threads of our own for database work of async code.

Django runs all `sync_to_async` calls outside of requests on one single thread. Sockets and
turns would stand in line behind each other there, so each has a small pool of its own.
"""

import asyncio
import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from django.db import connection

P = ParamSpec("P")
T = TypeVar("T")


class DatabaseThreads:
    """Run whole units of work, one hop each.

    SQLite has one writer at a time, so one thread is enough and waits for no lock of ours.
    """

    def __init__(self, name: str, size: int) -> None:
        self._name, self._size = name, size
        self._executor: ThreadPoolExecutor | None = None

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        if self._executor is None:
            self._executor = ThreadPoolExecutor(self._size, thread_name_prefix=self._name)
        call = partial(_call, work, *args, **kwargs)
        context = contextvars.copy_context()
        return await asyncio.get_running_loop().run_in_executor(self._executor, context.run, call)

    async def close(self) -> None:
        """Wait for what is running, then close the threads' connections."""
        if self._executor:
            executor, self._executor = self._executor, None
            await asyncio.to_thread(_close_connections, executor, self._size)


def _call(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    try:
        return work(*args, **kwargs)
    finally:
        # Back to the pool on PostgreSQL; SQLite's stays open, opening it costs a millisecond.
        if connection.vendor == "postgresql":
            connection.close()
        elif connection.errors_occurred:
            connection.close_if_unusable_or_obsolete()


def _close_connections(executor: ThreadPoolExecutor, size: int) -> None:
    # Nobody passes the barrier before all are there, so that every thread closes its own.
    everybody = threading.Barrier(size)

    def close() -> None:
        connection.close()
        everybody.wait(timeout=5)

    for future in [executor.submit(close) for _ in range(size)]:
        future.result()
    executor.shutdown(wait=True)
