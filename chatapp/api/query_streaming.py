"""Answers to queries as server-sent events: data only, in ASCII, ending in `end` (§21)."""

import json
from collections.abc import AsyncIterator
from typing import Any

import structlog
from django.http import StreamingHttpResponse

from chatapp.errors import ChatappError

log = structlog.get_logger(__name__)


def sse_response(frames: AsyncIterator[dict[str, Any]], status: int = 200) -> StreamingHttpResponse:
    response = StreamingHttpResponse(
        _events(frames), status=status, content_type="text/event-stream;charset=UTF-8"
    )
    response.headers["Cache-Control"] = "no-cache"
    response.headers["X-Accel-Buffering"] = "no"
    return response


async def _events(frames: AsyncIterator[dict[str, Any]]) -> AsyncIterator[bytes]:
    """An error can only be told as a frame now: the status went out with the first one."""
    try:
        async for frame in frames:
            yield _encoded(frame)
    except ChatappError as exc:
        yield _encoded({"type": "error", "messages": [exc.message]})
    except Exception:
        log.exception("query.stream_failed")
        yield _encoded({"type": "error", "messages": ["Something went wrong on our side."]})
    yield _encoded({"type": "end"})


def _encoded(frame: dict[str, Any]) -> bytes:
    kept = {name: value for name, value in frame.items() if value is not None}
    return b"data:%s\n\n" % json.dumps(kept, separators=(",", ":"), default=str).encode()
