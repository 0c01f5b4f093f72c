"""JSON in and out, by orjson: strict UTF-8, no NaN, no bottomless nesting, no NUL."""

from typing import Any

import orjson
from django.http import HttpRequest
from ninja.parser import Parser
from ninja.renderers import BaseRenderer

from chatapp.errors import InvalidInput

MAX_DEPTH = 64


def to_json(value: Any) -> bytes:
    return orjson.dumps(value, default=_plain, option=orjson.OPT_UTC_Z)


def from_json(raw: bytes) -> Any:
    """The value. Raises InvalidInput with the reason."""
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as exc:
        raise InvalidInput(f"The body is not valid JSON: {exc}.") from exc
    _check(value, MAX_DEPTH)
    return value


def _check(value: Any, depth: int) -> None:
    if depth == 0:
        raise InvalidInput(f"The body is nested more than {MAX_DEPTH} levels deep.")
    if isinstance(value, str):
        # PostgreSQL has no way to store it.
        if "\x00" in value:
            raise InvalidInput("The body holds a NUL character.")
    elif isinstance(value, dict):
        for key, item in value.items():
            _check(key, depth)
            _check(item, depth - 1)
    elif isinstance(value, list):
        for item in value:
            _check(item, depth - 1)


def _plain(value: Any) -> Any:
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json", exclude_none=True)
    raise TypeError(type(value).__name__)


class JsonParser(Parser):
    def parse_body(self, request: HttpRequest) -> Any:
        return from_json(request.body)


class FormParser(JsonParser):
    """Takes a form as well: that is how OAuth has it, and how some clients send it."""

    def parse_body(self, request: HttpRequest) -> Any:
        if request.content_type == "application/x-www-form-urlencoded":
            return request.POST.dict()
        return super().parse_body(request)


class JsonRenderer(BaseRenderer):
    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        return to_json(data)
