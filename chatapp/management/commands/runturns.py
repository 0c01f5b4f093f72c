"""Run turns in a process of its own, for `CHATAPP_TURN_RUNNER=worker`."""

import asyncio
from argparse import ArgumentParser
from typing import Any

import uvloop
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Run turns until SIGTERM, which drains. Any number of these may run, on any host."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--concurrency", type=int, default=settings.TURN_CONCURRENCY)

    def handle(self, *, concurrency: int, **options: Any) -> None:
        if settings.TURN_RUNNER != "worker":
            raise CommandError(
                "Turns run in the web process. Set CHATAPP_TURN_RUNNER=worker and DATABASE_URL."
            )
        if concurrency < 1:
            raise CommandError("--concurrency must be at least 1.")
        # Procrastinate's tables exist, and its app is there, on PostgreSQL only.
        from chatapp.management.worker import WorkerStopped, run_turns

        try:
            # Reading a model's stream costs half on uvloop.
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(run_turns(concurrency=concurrency, ready=self._ready))
        except WorkerStopped as exc:
            raise CommandError(str(exc)) from exc

    def _ready(self) -> None:
        self.stdout.write("Ready")
        self.stdout.flush()
