"""Who gets turns run: this process, or workers on procrastinate. A dispatcher only.

The turn's row is the truth; what the engine forgets, the runner's sweep finds, and what it
delivers twice, the claim refuses.
"""

import threading
from collections.abc import Callable

from django.db import transaction

from chatapp.bus import RUNNERS, Engine, bus
from chatapp.events.frames import CancelFrame


class InProcess:
    """Turns run on the event loop of this process, once `turns/hosting.py` has connected it."""

    def __init__(self) -> None:
        self._spawn: Callable[[int], None] | None = None
        self._cancel: Callable[[int], None] | None = None
        self._lock = threading.Lock()

    def connect(self, spawn: Callable[[int], None], cancel: Callable[[int], None]) -> None:
        """Both are called from any thread."""
        with self._lock:
            self._spawn, self._cancel = spawn, cancel

    def disconnect(self) -> None:
        with self._lock:
            self._spawn = self._cancel = None

    def dispatch(self, turn_id: int) -> None:
        transaction.on_commit(lambda: self._spawn(turn_id) if self._spawn else None)

    def cancel(self, turn_id: int) -> None:
        if self._cancel:
            self._cancel(turn_id)


class Workers:
    """Turns run in `manage.py runturns`; the job is written by the caller's own transaction."""

    def dispatch(self, turn_id: int) -> None:
        from chatapp.turns.jobs import defer_turn

        defer_turn(turn_id)

    def cancel(self, turn_id: int) -> None:
        # A hint over the bus; without it the runner sees the wish at its next heartbeat.
        bus.publish(RUNNERS, CancelFrame(turn_id))


def engine_for(name: str) -> Engine:
    return Workers() if name == "worker" else InProcess()
