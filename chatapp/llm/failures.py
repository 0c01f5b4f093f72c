"""What a model server's refusal or breakdown is called, and what people are told of it.

Turns statuses, error objects and exceptions of the HTTP client into our own errors. The message
is for the user; the detail is for staff and quotes the server.
"""

import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
import orjson

from chatapp.errors import ContextLimitExceeded, ProviderError, TurnError

DETAIL_LENGTH = 500
NEEDS_ADMIN = "Ask an administrator to look at its settings."

MESSAGES = {
    "provider_busy": "The language model is busy at the moment. Try again in a little while.",
    "provider_error": "The language model had an error. Try again.",
    "provider_unreachable": "The language model cannot be reached. Try again in a little while.",
    "provider_timeout": "The language model stopped answering. Try again.",
    "provider_auth": f"The language model refused our key. {NEEDS_ADMIN}",
    "provider_quota": f"The language model's account has run out of credit. {NEEDS_ADMIN}",
    "provider_rejected": "The language model did not accept the request.",
    "provider_misconfigured": f"The language model is not set up properly. {NEEDS_ADMIN}",
    "provider_protocol": "The language model sent something that cannot be understood. Try again.",
    "incomplete": "The language model broke off in the middle of its answer. Try again.",
}
FINAL = frozenset(
    ("provider_auth", "provider_quota", "provider_rejected", "provider_misconfigured")
)

TOO_LONG = re.compile(
    r"context.length|context.window|maximum context|context limit|available context"
    r"|prompt is too long|input is too long|too many tokens|exceeds? the .{0,20}token limit",
    re.IGNORECASE,
)
LIMITS = (
    re.compile(r"context (?:length|window|size)\D{0,20}?(\d{3,})"),
    re.compile(r"[>≥] ?(\d{3,})"),
)
ACTUALS = (
    re.compile(r"(?:resulted in|requested|contains?(?: at least)?) (\d{3,})"),
    re.compile(r"\((\d{3,}) tokens\) exceeds"),
    re.compile(r"(\d{3,})(?: tokens)? ?[>≥]"),
)


def failure(reason: str, detail: str = "", *, retry_after: float | None = None) -> ProviderError:
    return ProviderError(
        MESSAGES[reason],
        reason=reason,
        detail=detail[:DETAIL_LENGTH],
        retryable=reason not in FINAL,
        retry_after=retry_after,
    )


def failed_response(status: int, headers: Mapping[str, str], body: bytes) -> TurnError:
    """Why a server answered with something else than a stream."""
    answer = _json_object(body)
    error = answer.get("error", answer)
    error = error if isinstance(error, dict) else {"message": str(error)}
    if status == 200 and "error" in answer:
        return failed_stream(error)
    text = _words(error) or body.decode("utf-8", "replace").strip()
    return _classified(status, error, f"{status}: {text}", retry_after=_retry_after(headers))


def failed_stream(error: object) -> TurnError:
    """Why a server broke off, from the error object it sent in place of more text."""
    values = error if isinstance(error, dict) else {}
    code = str(values.get("code", values.get("status", "")))
    status = int(code) if re.fullmatch(r"[1-5]\d\d", code, re.ASCII) else 500
    return _classified(status, values, _words(values) or str(error))


def failed_transport(exc: Exception, *, is_open: bool) -> ProviderError:
    """What became of the connection. `is_open` says that the answer had begun."""
    detail = f"{type(exc).__name__}: {exc}"
    if isinstance(exc, TimeoutError) and not isinstance(exc, aiohttp.ConnectionTimeoutError):
        return failure("provider_timeout", detail)
    if isinstance(exc, aiohttp.InvalidURL | aiohttp.NonHttpUrlClientError | ValueError):
        return failure("provider_misconfigured", detail)
    return failure("incomplete" if is_open else "provider_unreachable", detail)


def _classified(
    status: int, error: dict[str, Any], detail: str, *, retry_after: float | None = None
) -> TurnError:
    kind = f"{error.get('type', '')} {error.get('code', '')}"
    if status == 413 or (status in (400, 422, 500) and TOO_LONG.search(f"{kind} {detail}")):
        return _context_limit_exceeded(detail)
    return failure(_reason(status, kind), detail, retry_after=retry_after)


def _reason(status: int, kind: str) -> str:
    if status == 402 or "insufficient_quota" in kind:
        return "provider_quota"
    if status in (429, 503, 529) or "overloaded" in kind or "rate_limit" in kind:
        return "provider_busy"
    if status in (401, 403) or "authentication" in kind or "permission" in kind:
        return "provider_auth"
    if "invalid_request" in kind or "not_found" in kind:
        return "provider_rejected"
    if status in (408, 409, 425) or status >= 500:
        return "provider_error"
    return "provider_rejected" if status >= 400 else "provider_protocol"


def _context_limit_exceeded(detail: str) -> ContextLimitExceeded:
    error = ContextLimitExceeded(
        "The conversation has grown too long for the language model.",
        context_limit=_number(LIMITS, detail),
        actual_tokens=_number(ACTUALS, detail),
    )
    error.detail = detail[:DETAIL_LENGTH]
    return error


def _number(patterns: tuple[re.Pattern[str], ...], text: str) -> int | None:
    for pattern in patterns:
        if found := pattern.search(text):
            return int(found[1][:12])
    return None


def _json_object(body: bytes) -> dict[str, Any]:
    """The object a body holds. Google's servers wrap it in a list."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    if isinstance(value, list) and value:
        value = value[0]
    return value if isinstance(value, dict) else {}


def _words(error: dict[str, Any]) -> str:
    words = error.get("message") or error.get("detail") or ""
    return words if isinstance(words, str) else str(words)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, from either form of the header."""
    value = headers.get("retry-after", "").strip()
    try:
        return max(0.0, min(float(value), 3600.0))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None
