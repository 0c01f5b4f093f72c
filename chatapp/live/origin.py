"""Refuse sockets that another site's page opens with our user's cookie."""

from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.http.request import split_domain_port, validate_host


class SameOrigin:
    """The page must come from the host the socket is opened to."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Any:
        if is_allowed(dict(scope["headers"])):
            return await self.app(scope, receive, send)
        return await _Refusal.as_asgi()(scope, receive, send)


def is_allowed(headers: dict[bytes, bytes]) -> bool:
    origin = headers.get(b"origin", b"").decode("latin-1")
    host = headers.get(b"host", b"").decode("latin-1").lower()
    if not validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS):
        return False
    if origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    schemes = ("https",) if settings.BEHIND_TLS else ("http", "https")
    return origin.lower() in {f"{scheme}://{host}" for scheme in schemes}


class _Refusal(AsyncWebsocketConsumer):  # type: ignore[misc]  # Channels has no types
    async def connect(self) -> None:
        await self.close()
