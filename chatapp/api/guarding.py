"""A stream goes on only as long as its caller's key, and the caller, may see the session.

All streams of a process are asked for together: one question for each key, however many listen.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

import structlog

from chatapp.api.auth import ApiRequest, credentials_of, identify
from chatapp.api.threads import threads
from chatapp.errors import ChatappError, NotAuthenticated, NotFound
from chatapp.models import Session

# In seconds. Frames come faster than it is worth asking.
ASK_EVERY = 2.0

log = structlog.get_logger(__name__)


class Guard:
    """Of one request for one session. Asked once at the end, or again and again while watched."""

    def __init__(self, request: ApiRequest, session_id: int) -> None:
        self.request, self.session_id = request, session_id
        self.refusal: ChatappError | None = None
        self._began = time.monotonic()

    async def ask(self) -> None:
        """For an answer in one piece: whether it has taken so long that one must ask."""
        if time.monotonic() - self._began >= ASK_EVERY:
            await threads.run(_ask_for, [self])
        self.check()

    def check(self) -> None:
        """Raises NotAuthenticated if the key was revoked or its owner put out since the request
        began, and NotFound if the session is gone."""
        if self.refusal:
            raise self.refusal

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        if loop not in _rounds:
            _rounds[loop] = Rounds()
        guards = _rounds[loop].guards
        guards.add(self)
        try:
            yield
        finally:
            guards.discard(self)


class Rounds:
    """Asks for all guards of an event loop, from the first of them until the last is gone."""

    def __init__(self) -> None:
        self.guards: set[Guard] = set()
        self._task = asyncio.create_task(self._go(), name="guards")

    async def _go(self) -> None:
        """A round that fails (the database is away) is tried again at its next time."""
        try:
            await asyncio.sleep(ASK_EVERY)
            while self.guards:
                try:
                    await threads.run(_ask_for, list(self.guards))
                except Exception:
                    log.exception("guards.round_failed")
                await asyncio.sleep(ASK_EVERY)
        finally:
            _rounds.pop(asyncio.get_running_loop(), None)


_rounds: dict[asyncio.AbstractEventLoop, Rounds] = {}


def _ask_for(guards: Collection[Guard]) -> None:
    by_key: defaultdict[tuple[str, ...], list[Guard]] = defaultdict(list)
    for guard in guards:
        by_key[tuple(credentials_of(guard.request))].append(guard)
    for alike in by_key.values():
        _ask_for_key(alike)


def _ask_for_key(guards: Collection[Guard]) -> None:
    principal = identify(next(iter(guards)).request)
    seen: set[int] = set()
    if principal is not None:
        mine = Session.objects.visible_to(principal.user)
        ids = {guard.session_id for guard in guards}
        seen = set(mine.filter(pk__in=ids).values_list("pk", flat=True))
    for guard in guards:
        if principal is None:
            guard.refusal = NotAuthenticated("The API key is not valid any more.")
        elif guard.session_id not in seen:
            guard.refusal = NotFound("Session not found.")
