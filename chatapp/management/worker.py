"""Run turns for as many web processes as there are: procrastinate's jobs, our runner."""

import asyncio
import signal
from collections.abc import Callable
from typing import Any

from django.conf import settings
from procrastinate import App
from procrastinate.contrib.django import app as django_app
from procrastinate.worker import Worker

from chatapp.turns import jobs
from chatapp.turns.runner import Runner

# Each sub-agent's turn has its parent's, and those are limited.
UNLIMITED = 1_000_000


class WorkerStopped(Exception):
    """Procrastinate gave up by itself; it does when its database goes away."""


async def run_turns(*, concurrency: int, ready: Callable[[], None]) -> None:
    """Until SIGTERM or Ctrl+C; then drain. Raises WorkerStopped if the end was not asked for."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    runner = jobs.runner = Runner(concurrency=concurrency)
    # Not `replace_connector`: what turns defer must keep to Django's connection and transaction.
    connector: Any = django_app.connector
    app = django_app.with_connector(connector.get_worker_connector())
    async with app.open_async():
        workers = [
            _worker(app, jobs.QUEUE, concurrency),
            _worker(app, jobs.SUB_AGENTS, UNLIMITED),
        ]
        await runner.start()
        working = [asyncio.create_task(worker.run()) for worker in workers]
        ready()
        asked = asyncio.create_task(stop.wait())
        await asyncio.wait({*working, asked}, return_when=asyncio.FIRST_COMPLETED)
        asked.cancel()
        for worker in workers:
            worker.stop()
        await runner.drain()
        await asyncio.gather(*working)
    if not stop.is_set():
        raise WorkerStopped("The worker stopped: was the database away?")


def _worker(app: App, queue: str, concurrency: int) -> Any:
    # The turn's row is the truth: procrastinate only rings, and neither locks nor retries.
    return Worker(
        app,
        queues=[queue],
        concurrency=concurrency,
        delete_jobs="successful",
        shutdown_graceful_timeout=settings.TURN_DRAIN_SECONDS,
        install_signal_handlers=False,
    )
