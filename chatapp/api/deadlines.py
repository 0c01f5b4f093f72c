"""`Request-Timeout` (seconds) and `Request-Timeout-Millis`: how long a client will wait."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from django.http import HttpRequest

from chatapp.api.errors import RequestTimedOut
from chatapp.errors import InvalidInput

_LONGEST = 3600.0


@asynccontextmanager
async def deadline(request: HttpRequest) -> AsyncIterator[None]:
    """Raises RequestTimedOut when the client's time is over."""
    scope = asyncio.timeout(seconds_granted(request))
    try:
        async with scope:
            yield
    except TimeoutError as exc:
        if not scope.expired():
            raise
        raise RequestTimedOut("The request took longer than its Request-Timeout.") from exc


def seconds_granted(request: HttpRequest) -> float | None:
    """The shorter of the two headers, or None."""
    granted = [
        _number(request, name) * unit
        for name, unit in (("Request-Timeout", 1.0), ("Request-Timeout-Millis", 0.001))
        if name in request.headers
    ]
    return min(*granted, _LONGEST) if granted else None


def _number(request: HttpRequest, name: str) -> int:
    text = request.headers[name].strip()
    if not text.isascii() or not text.isdigit() or len(text) > 9 or int(text) < 1:
        raise InvalidInput(f"{name} must be a whole number of 1 or more.", {name: "1 or more."})
    return int(text)
