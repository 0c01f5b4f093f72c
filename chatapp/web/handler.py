"""Django under ASGI, with one hop to a thread for a whole request.

Django makes a thread for each request, opens a database connection in it, and goes there and
back for each half of each middleware. Here a view that is not async runs with all its
middlewares in one of a few threads, whose connections stay open. Async views go Django's way.
"""

from typing import Any

from asgiref.sync import iscoroutinefunction
from django.core.handlers.asgi import ASGIHandler
from django.core.signals import request_started
from django.db import close_old_connections, reset_queries
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve

from chatapp.lib.database_threads import DatabaseThreads

THREADS = 8

# These would cost each request a hop. Our threads see to their connections themselves, and a
# thread that Django makes has none yet; queries are only counted where somebody debugs.
request_started.disconnect(close_old_connections)
request_started.disconnect(reset_queries)


class ThreadedHandler(ASGIHandler):
    """For views that are not async."""

    def __init__(self) -> None:
        super().__init__()
        self._threads = DatabaseThreads("web", THREADS)

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        # Without Django's context, which would give the request a thread of its own.
        await self.handle(scope, receive, send)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        return await self._threads.run(self.get_response, request)


class Handler:
    """Gives each request to the handler that suits its view."""

    def __init__(self) -> None:
        self._threaded, self._django = ThreadedHandler(), ASGIHandler()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        handler = self._django if is_async(scope["path"]) else self._threaded
        await handler(scope, receive, send)


def is_async(path: str) -> bool:
    """Also what has no view: Django's handler is right for all, and slow."""
    try:
        return iscoroutinefunction(resolve(path).func)
    except Resolver404:
        return True
