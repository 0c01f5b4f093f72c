"""Callers of the REST API: Alice's key, Bob's, Ada's, and one of nobody."""

from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import SyncToAsync, sync_to_async
from django.core.cache import cache
from django.db import connections
from django.test import Client

from chatapp.api.threads import threads
from chatapp.models import User
from chatapp.services.users import create_api_key


class Api:
    """One key, JSON in and out, on the test's own thread and transaction."""

    def __init__(self, secret: str = "") -> None:
        self._client = Client(raise_request_exception=False)
        self._headers = {"x-api-key": secret} if secret else {}

    def __call__(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        headers = {**self._headers, **options.pop("headers", {})}
        if body is not None:
            options |= {"data": body, "content_type": "application/json"}
        send = getattr(self._client, method.lower())
        return send(path if path.startswith("/oauth") else f"/v2{path}", headers=headers, **options)

    def get(self, path: str, **query: Any) -> Any:
        return self("get", path, query_params=query)

    def post(self, path: str, body: Any = None, **options: Any) -> Any:
        return self("post", path, {} if body is None else body, **options)

    def patch(self, path: str, body: Any) -> Any:
        return self("patch", path, body)

    def put(self, path: str, body: Any) -> Any:
        return self("put", path, body)

    def delete(self, path: str) -> Any:
        return self("delete", path)


@pytest.fixture(scope="session", autouse=True)
def _no_connection_is_left(django_db_setup):
    """PostgreSQL drops no database that somebody is connected to: async tests share a thread."""
    yield
    SyncToAsync.single_thread_executor.submit(connections.close_all).result()


@pytest.fixture
def on_this_thread(monkeypatch):
    """Database work of the API on the thread that holds the test's transaction."""

    async def run(work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return await sync_to_async(work, thread_sensitive=True)(*args, **kwargs)

    monkeypatch.setattr(threads, "run", run)
    cache.clear()


def api_of(user: User, **key: Any) -> Api:
    return Api(create_api_key(owner=user, name="tests", **key)[1])


@pytest.fixture
def api(on_this_thread, alice) -> Api:
    """Alice's."""
    return api_of(alice)


@pytest.fixture
def bobs(on_this_thread, bob) -> Api:
    return api_of(bob)


@pytest.fixture
def admin(on_this_thread, ada) -> Api:
    return api_of(ada)


@pytest.fixture
def nobody(on_this_thread) -> Api:
    return Api()
