"""What every request gets: an id, safe headers, and errors as answers.

All three run in either world, so that an async view costs no extra thread.
"""

import re
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from chatapp.errors import ChatappError, InvalidInput, NotAuthenticated, RateLimited

log = structlog.get_logger(__name__)

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "frame-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-DNS-Prefetch-Control": "off",
    "Cache-Control": "no-store",
}


class _Middleware:
    """Sync or async, as what it wraps."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponse | Awaitable[HttpResponse]:
        self.before(request)
        if self.is_async:
            return self._async_call(request)
        response: HttpResponse = self.get_response(request)
        return self.after(request, response)

    async def _async_call(self, request: HttpRequest) -> HttpResponse:
        return self.after(request, await self.get_response(request))

    def before(self, request: HttpRequest) -> None: ...

    def after(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        return response


class RequestIdMiddleware(_Middleware):
    """Each request has an id: in its logs, on its error page and in its answer."""

    def before(self, request: HttpRequest) -> None:
        given = request.headers.get("X-Request-Id", "")
        fits = re.fullmatch(r"[0-9a-zA-Z_-]{8,64}", given)
        request.request_id = given if fits else new_request_id()  # type: ignore[attr-defined]
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request.request_id)  # type: ignore[attr-defined]

    def after(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response.headers.setdefault("X-Request-Id", request.request_id)  # type: ignore[attr-defined]
        return response


class HeadersMiddleware(_Middleware):
    """Headers that a view may set otherwise, but never leave out."""

    def after(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        patch_vary_headers(response, ("HX-Request", "Cookie"))
        return response


class ErrorsMiddleware(_Middleware):
    """What was raised on purpose, as an answer: a fragment for htmx, otherwise a page."""

    def before(self, request: HttpRequest) -> None:
        """PostgreSQL refuses a NUL wherever it comes in: so do we, before it gets there."""
        if request.path.startswith("/v2/"):
            return
        if "\x00" in request.path:
            raise Http404
        if any("\x00" in value for _, values in request.GET.lists() for value in values):
            raise BadRequest("The address holds a NUL character.")

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, ChatappError):
            return None
        return error_response(request, exception)


def new_request_id() -> str:
    return f"req_{secrets.token_hex(10)}"


def error_response(request: HttpRequest, error: ChatappError) -> HttpResponse:
    wants_fragment = bool(getattr(request, "htmx", False)) or wants_json(request)
    template = "errors/_error.html" if wants_fragment else "errors/error.html"
    context = {"error": error, "request_id": getattr(request, "request_id", "")}
    response = render(request, template, context, status=error.status)
    if isinstance(error, RateLimited):
        response.headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, NotAuthenticated):
        response.headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, InvalidInput):
        response.headers["X-Error-Fields"] = ",".join(error.field_errors)[:200]
    return response


def wants_json(request: HttpRequest) -> bool:
    return request.headers.get("X-Requested-With") == "fetch"
