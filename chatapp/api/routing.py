"""A router whose operations are plain functions, each run whole on a database thread.

Async ones, which wait or stream, run as they are. Every operation says which area of the API it
belongs to; its level follows from the method unless `@level(…)` says otherwise.
"""

from collections.abc import Callable
from functools import wraps
from http.client import responses as http_responses
from inspect import iscoroutinefunction
from typing import Any, TypeVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from ninja import Router, Status
from ninja.constants import NOT_SET
from ninja.operation import PathView

from chatapp.api.auth import KeyAuth
from chatapp.api.deadlines import deadline
from chatapp.api.errors import ErrorBody, error_response
from chatapp.api.roles import Area, Level
from chatapp.api.threads import threads
from chatapp.errors import InvalidInput, NotFound

F = TypeVar("F", bound=Callable[..., Any])
ERRORS = (401, 403, 404, 408, 409, 413, 415, 422, 429)


def level(needed: Level) -> Callable[[F], F]:
    """What an operation needs, where its method does not tell."""
    return _marked("needed_level", needed)


def admin_only(view: F) -> F:
    """Only administrators; everybody else hears so, whether the thing exists or not."""
    return _marked("is_admin_only", True)(view)


def _marked(name: str, value: Any) -> Callable[[F], F]:
    def mark(view: F) -> F:
        setattr(view, name, value)
        return view

    return mark


class ApiRouter(Router):
    """`prefix` is the path that all its operations begin with."""

    def __init__(self, area: Area, tag: str, prefix: str = "") -> None:
        super().__init__(tags=[tag])
        self.area, self.prefix = area, prefix

    def add_api_operation(
        self, path: str, methods: list[str], view_func: Callable[..., Any], **options: Any
    ) -> None:
        path = self.prefix + path
        self.path_operations.setdefault(path, ApiPathView())
        if options.get("auth") is NOT_SET:
            options["auth"] = self._auth(methods, view_func)
        responses = _responses(options.get("response"))
        # One error stands for all: Ninja would make a model of each for each operation.
        options["response"] = {**responses, 400: ErrorBody}
        options["openapi_extra"] = _with_errors(options.get("openapi_extra") or {}, responses)
        options["exclude_none"] = True
        status = next(iter(responses))
        super().add_api_operation(path, methods, _operation(view_func, status), **options)

    def _auth(self, methods: list[str], view: Callable[..., Any]) -> KeyAuth:
        by_method = Level.READ if methods == ["GET"] else Level.MANAGE
        needed = getattr(view, "needed_level", by_method)
        return KeyAuth(self.area, needed, admin=getattr(view, "is_admin_only", False))


class ApiPathView(PathView):
    """Refuses a method in the shape of all our errors."""

    def clone(self) -> PathView:
        cloned = ApiPathView()
        cloned.is_async, cloned.url_name = self.is_async, self.url_name
        cloned.operations = [operation.clone() for operation in self.operations]
        return cloned

    async def _async_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if self._find_operation(request):
            return await super()._async_view(request, *args, **kwargs)
        response = error_response(request, 405, ["This method is not supported here."])
        methods = {method for operation in self.operations for method in operation.methods}
        response.headers["Allow"] = ", ".join(sorted(methods))
        return response


def _responses(given: Any) -> dict[int, Any]:
    """By status; the first is what an operation answers with when all is well."""
    if isinstance(given, dict):
        return given
    return {200: None if given is NOT_SET else given}


def _with_errors(documented: dict[str, Any], responses: dict[int, Any]) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorBody"}}}
    errors = {
        status: {"description": http_responses[status], "content": content}
        for status in ERRORS
        if status not in responses
    }
    return {**documented, "responses": {**errors, **documented.get("responses", {})}}


def _operation(view: Callable[..., Any], status: int) -> Callable[..., Any]:
    @wraps(view)
    async def run(
        request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase | Status[Any]:
        _check_address(request)
        async with deadline(request):
            if iscoroutinefunction(view):
                answer = await view(request, *args, **kwargs)
            else:
                answer = await threads.run(view, request, *args, **kwargs)
        return answer if isinstance(answer, HttpResponseBase) else Status(status, answer)

    return run


def _check_address(request: HttpRequest) -> None:
    """PostgreSQL refuses a NUL wherever it comes in: so do we, before it gets there."""
    if "\x00" in request.path:
        raise NotFound
    if any("\x00" in value for values in request.GET.lists() for value in values[1]):
        raise InvalidInput("The query holds a NUL character.")
