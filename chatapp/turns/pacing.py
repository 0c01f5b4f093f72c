"""Join deltas that come too fast. Knows nothing of sessions, the bus or the database."""

import asyncio
from collections.abc import Callable


class Pacer:
    """Hands text on: the first piece at once, then what has gathered, every `interval` seconds.

    When the event loop is late, it gathers longer: fewer and larger pieces are what a busy
    process can still carry.
    """

    INTERVAL = 0.04
    LONGEST = 0.25

    def __init__(self, send: Callable[[str], None]) -> None:
        self._send = send
        self._pieces: list[str] = []
        self._timer: asyncio.TimerHandle | None = None
        self._interval = self.INTERVAL
        self._due = 0.0
        self._loop = asyncio.get_running_loop()

    def add(self, text: str) -> None:
        self._pieces.append(text)
        if self._timer is None:
            now = self._loop.time()
            if now >= self._due:
                self._hand_on(now)
            else:
                self._timer = self._loop.call_at(self._due, self._on_timer)

    def flush(self) -> None:
        """Hand on what is left; call before the body itself is stored."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        self._send_pieces()

    def _on_timer(self) -> None:
        self._timer = None
        now = self._loop.time()
        self._interval = min(self.LONGEST, self.INTERVAL + max(0.0, now - self._due))
        self._hand_on(now)

    def _hand_on(self, now: float) -> None:
        self._due = now + self._interval
        self._send_pieces()

    def _send_pieces(self) -> None:
        if self._pieces:
            text, self._pieces = "".join(self._pieces), []
            self._send(text)
