"""Join deltas that come too fast. Knows nothing of sessions, the bus or the database."""

import asyncio
from collections.abc import Callable


class Pacer:
    """Hands text on: the first pieces at once, then what has gathered, every `interval` seconds.

    "At once" is when the event loop comes round next: what one read brings goes as one. When the
    loop is late, it gathers longer: fewer and larger pieces are what a busy process can still
    carry.
    """

    INTERVAL = 0.04
    LONGEST = 0.25

    def __init__(self, send: Callable[[str], None]) -> None:
        self._send = send
        self._pieces: list[str] = []
        self._handle: asyncio.Handle | None = None
        self._interval = self.INTERVAL
        self._due = 0.0
        self._loop = asyncio.get_running_loop()

    def add(self, text: str) -> None:
        self._pieces.append(text)
        if self._handle is None:
            if self._loop.time() >= self._due:
                self._handle = self._loop.call_soon(self._hand_on)
            else:
                self._handle = self._loop.call_at(self._due, self._on_timer)

    def flush(self) -> None:
        """Hand on what is left; call before the body itself is stored."""
        if self._handle:
            self._handle.cancel()
        self._hand_on()
        self._due = 0.0

    def _on_timer(self) -> None:
        late = max(0.0, self._loop.time() - self._due)
        self._interval = min(self.LONGEST, self.INTERVAL + late)
        self._hand_on()

    def _hand_on(self) -> None:
        self._handle = None
        self._due = self._loop.time() + self._interval
        if self._pieces:
            text, self._pieces = "".join(self._pieces), []
            self._send(text)
