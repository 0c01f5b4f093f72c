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
        self._loop = asyncio.get_running_loop()

    def add(self, text: str) -> None:
        self._pieces.append(text)
        if self._timer is None:
            self._hand_on()

    def flush(self) -> None:
        """Hand on what is left; call before the body itself is stored."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        self._send_pieces()

    def _hand_on(self) -> None:
        self._send_pieces()
        due = self._loop.time() + self._interval
        self._timer = self._loop.call_at(due, self._on_timer, due)

    def _on_timer(self, due: float) -> None:
        self._timer = None
        late = self._loop.time() - due
        self._interval = min(self.LONGEST, max(self.INTERVAL, self.INTERVAL + late))
        if self._pieces:
            self._hand_on()

    def _send_pieces(self) -> None:
        if self._pieces:
            text, self._pieces = "".join(self._pieces), []
            self._send(text)
