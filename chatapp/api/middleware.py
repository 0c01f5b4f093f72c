"""A short way to the REST API: past the middleware that only pages need.

Sessions, cookies, forms and messages mean nothing to a program with a key. Django runs each of
their steps on a thread of its own, which together cost more than most answers.
"""

from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.http import HttpRequest
from django.middleware.security import SecurityMiddleware
from django.urls import Resolver404, resolve

PATHS = ("/v2/", "/oauth/", "/oauth2/")


class DirectMiddleware:
    """Calls the API's async operations itself; all else goes on as usual."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self._get_response = get_response
        self._security = SecurityMiddleware(get_response)
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        if iscoroutinefunction(self) and request.path_info.startswith(PATHS):
            return self._answer(request)
        return self._get_response(request)

    async def _answer(self, request: HttpRequest) -> Any:
        try:
            match = resolve(request.path_info)
        except Resolver404:
            return await self._get_response(request)
        if not iscoroutinefunction(match.func):
            return await self._get_response(request)
        # Refuses a Host that is not ours.
        request.get_host()
        if redirect := self._security.process_request(request):
            return redirect
        request.resolver_match = match
        response = await match.func(request, *match.args, **match.kwargs)
        response.headers.setdefault("X-Frame-Options", settings.X_FRAME_OPTIONS)
        return self._security.process_response(request, response)
