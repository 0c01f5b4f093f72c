"""A stream goes on only as long as its caller's key, and the caller, may see the session."""

import time

from chatapp.api.auth import ApiRequest, identify
from chatapp.api.threads import threads
from chatapp.errors import NotAuthenticated, NotFound
from chatapp.models import Session

# In seconds. Frames come faster than it is worth asking.
ASK_EVERY = 2.0


class Guard:
    def __init__(self, request: ApiRequest, session_id: int) -> None:
        self._request, self._session_id = request, session_id
        self._asked_at = time.monotonic()

    async def check(self) -> None:
        """Raises NotAuthenticated if the key was revoked or its owner put out since the request
        began, and NotFound if the session is gone."""
        if time.monotonic() - self._asked_at >= ASK_EVERY:
            await threads.run(self._ask)
            self._asked_at = time.monotonic()

    def _ask(self) -> None:
        principal = identify(self._request)
        if principal is None:
            raise NotAuthenticated("The API key is not valid any more.")
        mine = Session.objects.visible_to(principal.user)
        if not mine.filter(pk=self._session_id).exists():
            raise NotFound("Session not found.")
