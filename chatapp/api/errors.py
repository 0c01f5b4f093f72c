"""Every error of the REST API, as one answer: what `errors.py` raises, what ninja finds.

Foreign and absent things answer with the same bytes. A client's mistake is never a 5xx.
"""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import structlog
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import BaseModel

from chatapp.api.parsing import to_json
from chatapp.errors import ChatappError, InvalidInput, NotFound, RateLimited, our_words

log = structlog.get_logger(__name__)
_MAX_ERRORS = 20


class ErrorBody(BaseModel):
    """What went wrong, in words; `field_errors` with 400, `id` with 404."""

    messages: list[str]
    request_id: str = ""
    field_errors: dict[str, str] | None = None
    id: str | None = None


class RequestTimedOut(ChatappError):
    """The time that `Request-Timeout` grants was over. What had begun may still finish."""

    code: ClassVar[str] = "timed_out"
    status: ClassVar[int] = 408


def error_response(
    request: HttpRequest, status: int, messages: Sequence[str], **members: Any
) -> HttpResponse:
    body = {"messages": list(messages), "request_id": getattr(request, "request_id", "")}
    body |= {name: value for name, value in members.items() if value}
    response = HttpResponse(to_json(body), status=status, content_type="application/json")
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def answer_error(request: HttpRequest, error: ChatappError) -> HttpResponse:
    members: dict[str, Any] = {}
    if isinstance(error, InvalidInput):
        members["field_errors"] = error.field_errors
    if isinstance(error, NotFound):
        members["id"] = error.missing_id
    response = error_response(request, error.status, [error.message], **members)
    if isinstance(error, RateLimited):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _answer_invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    fields = {_field(item["loc"]): our_words(item["msg"]) for item in error.errors[:_MAX_ERRORS]}
    messages = [f"{name}: {message}" for name, message in fields.items()]
    return error_response(request, 400, messages, field_errors=fields)


def _field(location: Sequence[Any]) -> str:
    """`steps.main.name`: ninja puts where it looked, and for a body its parameter, before."""
    skipped = 2 if location and location[0] == "body" else 1
    return ".".join(str(part) for part in location[skipped:]) or "body"


def field_errors(error: Any) -> dict[str, str]:
    """Of a pydantic ValidationError raised by our own parsing."""
    return {
        ".".join(str(part) for part in item["loc"]) or "body": our_words(item["msg"])
        for item in error.errors()[:_MAX_ERRORS]
    }


def _answer_unauthenticated(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return error_response(request, 401, ["The API key or access token is missing or not valid."])


def _answer_http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    message = "The body is not valid JSON." if error.status_code == 400 else error.message
    return error_response(request, error.status_code, [message])


def _answer_too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return error_response(request, 413, ["The request is too large."])


def _answer_malformed(request: HttpRequest, error: Exception) -> HttpResponse:
    return error_response(request, 400, ["The request is malformed."])


def _answer_unexpected(request: HttpRequest, error: Exception) -> HttpResponse:
    log.exception("api.failed", path=request.path, method=request.method)
    return error_response(request, 500, ["Something went wrong on our side."])


def answer_errors_of(api: NinjaAPI) -> None:
    answers: tuple[tuple[type[Exception], Callable[..., HttpResponse]], ...] = (
        (ChatappError, answer_error),
        (ValidationError, _answer_invalid),
        (AuthenticationError, _answer_unauthenticated),
        (HttpError, _answer_http_error),
        (RequestDataTooBig, _answer_too_big),
        (SuspiciousOperation, _answer_malformed),
        (MultiPartParserError, _answer_malformed),
        (Exception, _answer_unexpected),
    )
    for kind, answer in answers:
        api.add_exception_handler(kind, answer)
