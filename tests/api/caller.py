"""Calls of the REST API in tests: one person's key, JSON in and out."""

from typing import Any

from asgiref.sync import sync_to_async
from django.db import connections
from django.test import AsyncClient

from chatapp.api.threads import threads
from chatapp.models import User
from chatapp.services.users import create_api_key


class Caller:
    def __init__(self, secret: str) -> None:
        self._client, self._headers = AsyncClient(), {"x-api-key": secret}

    async def __call__(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        if body is not None:
            options |= {"data": body, "content_type": "application/json"}
        return await getattr(self._client, method)(f"/v2{path}", headers=self._headers, **options)


async def close_connections() -> None:
    """Those of the API's threads, and of the one that `sync_to_async` uses."""
    await threads.close()
    await sync_to_async(connections.close_all)()


async def caller_for(user: User, **key: Any) -> Caller:
    _, secret = await sync_to_async(create_api_key)(owner=user, name="tests", **key)
    return Caller(secret)
