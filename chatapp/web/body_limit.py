"""Refuse bodies that are too large before one byte of them is spooled.

Django's handler writes the whole body to disk before any middleware or view can say no.
"""

import json
import re
from typing import Any

from django.conf import settings

_UPLOADS = re.compile(r"^/$|/files$|/messages$|/upload$|/events$|/upload_file$|/admin/|/add/?$")
_SMALL = 2 * 2**20


class TooLarge(Exception):  # noqa: N818 - travels only from receive() to __call__
    pass


class BodyLimit:
    """Counts what comes in, whatever Content-Length says."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Any:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        limit = limit_for(scope["path"])
        claimed = dict(scope["headers"]).get(b"content-length", b"0")
        if claimed.isdigit() and int(claimed) > limit:
            return await _refuse(send, limit)
        seen, started = 0, False

        async def counted() -> Any:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
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
                await _refuse(send, limit)
            return None


def limit_for(path: str) -> int:
    """Bytes: uploads may be as large as a file and its form, anything else is small."""
    return settings.MAX_UPLOAD_BYTES + _SMALL if _UPLOADS.search(path) else _SMALL


async def _refuse(send: Any, limit: int) -> None:
    message = f"The request is larger than {limit // 2**20} MB."
    body = json.dumps({"messages": [message], "request_id": ""}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})
