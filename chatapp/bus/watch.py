"""A watcher's queue of frames."""

import asyncio
from collections import deque
from collections.abc import Iterable

from chatapp.events.frames import Frame


class Watch:
    """One watcher's bounded queue of frames. After an overflow it says so, once, and is empty."""

    LIMIT = 1000

    def __init__(self, topics: Iterable[str]) -> None:
        self.topics = tuple(topics)
        self._frames: deque[Frame] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self.overflowed = False

    def put(self, frame: Frame) -> None:
        if len(self._frames) >= self.LIMIT:
            self._frames.clear()
            self.overflowed = True
        self._frames.append(frame)
        self._wake()

    def take(self) -> list[Frame]:
        """All that is waiting."""
        frames = list(self._frames)
        self._frames.clear()
        return frames

    async def wait(self, seconds: float | None = None) -> bool:
        """Until something is waiting; False when the time is up."""
        if not self._frames:
            # By hand: `asyncio.timeout` and an Event would cost more than what is waited for.
            loop = asyncio.get_running_loop()
            self._waiter = loop.create_future()
            timer = loop.call_later(seconds, self._wake) if seconds is not None else None
            try:
                await self._waiter
            finally:
                self._waiter = None
                if timer:
                    timer.cancel()
        return bool(self._frames)

    def _wake(self) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)
