"""Refuse bodies that are too large before one byte of them is spooled.

Django's handler writes the whole body to disk before any middleware or view can say no. Much is
taken only from those who are signed in or have a key.
"""

import json
import re
from typing import Any

from django.conf import settings
from django.http import parse_cookie

from chatapp.lib.database_threads import DatabaseThreads
from chatapp.services.logins import is_known
from chatapp.web.middleware import HEADERS, new_request_id

_UPLOADS = re.compile(r"^/$|/files$|/messages$|/upload$|/events$|/upload_file$|/admin/|/add/?$")
SMALL = 2 * 2**20
_threads = DatabaseThreads("uploads", 1)


class TooLarge(Exception):
    """Travels only from receive() to __call__."""


class BodyLimit:
    """Counts what comes in, whatever Content-Length says."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Any:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        limit = _Limit(scope)
        if not await limit.allows(_claimed(scope)):
            return await _refuse(send, limit.bytes)
        seen, started = 0, False

        async def counted() -> Any:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if not await limit.allows(seen):
                raise TooLarge
            return message

        async def noted(message: Any) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            return await self.app(scope, counted, noted)
        except TooLarge:
            if not started:
                await _refuse(send, limit.bytes)
            return None


class _Limit:
    """Small, until somebody known wants to send more to a place that takes files."""

    def __init__(self, scope: dict[str, Any]) -> None:
        self._scope, self.bytes, self._is_asked = scope, SMALL, False

    async def allows(self, size: int) -> bool:
        if size > self.bytes and not self._is_asked:
            self._is_asked = True
            if _takes_files(self._scope) and await _threads.run(_is_known, self._scope):
                self.bytes += settings.MAX_UPLOAD_BYTES
        return size <= self.bytes


def _takes_files(scope: dict[str, Any]) -> bool:
    return bool(_UPLOADS.search(scope["path"]))


def _claimed(scope: dict[str, Any]) -> int:
    claimed: bytes = dict(scope["headers"]).get(b"content-length", b"")
    return int(claimed) if claimed.isdigit() and len(claimed) < 20 else 0


def _is_known(scope: dict[str, Any]) -> bool:
    headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
    cookie = parse_cookie(headers.get(b"cookie", "")).get(settings.SESSION_COOKIE_NAME, "")
    bearer = headers.get(b"authorization", "").partition(" ")[2].strip()
    return is_known(cookie=cookie, secrets=(headers.get(b"x-api-key", ""), bearer))


async def _refuse(send: Any, limit: int) -> None:
    request_id = new_request_id()
    message = f"The request is larger than {limit // 2**20} MB."
    body = json.dumps({"messages": [message], "request_id": request_id}).encode()
    named = {
        **HEADERS,
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "Connection": "close",
        "X-Content-Type-Options": "nosniff",
        "X-Request-Id": request_id,
    }
    headers = [(name.lower().encode(), value.encode()) for name, value in named.items()]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})
