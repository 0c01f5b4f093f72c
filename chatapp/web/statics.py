"""Static files: hashed names, also inside ES modules, and served before Django is asked."""

from collections.abc import Awaitable, Callable
from typing import Any

from django.conf import settings
from whitenoise import WhiteNoise
from whitenoise.responders import StaticFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

ASGIApp = Callable[[dict[str, Any], Any, Any], Awaitable[None]]
_FOREVER = 10 * 365 * 24 * 60 * 60


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Without this, `import "./transcript.js"` would keep its unhashed name."""

    support_js_module_import_aggregation = True


class StaticFiles:
    """Serves WhiteNoise's table of files straight from ASGI: the middleware costs 20 times more."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._files: dict[str, StaticFile] | None = None

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(settings.STATIC_URL):
            return await self.app(scope, receive, send)
        if self._files is None:
            self._files = _table()
        file = self._files.get(scope["path"])
        if file is None:
            return await self.app(scope, receive, send)
        return await _respond(file, scope, send)


def _table() -> dict[str, StaticFile]:
    def is_hashed(path: str, url: str) -> bool:
        stem = url.rsplit("/", 1)[-1].split(".")
        return len(stem) > 2 and len(stem[-2]) == 12

    noise = WhiteNoise(None, max_age=60, immutable_file_test=is_hashed)
    noise.add_files(str(settings.STATIC_ROOT), prefix=settings.STATIC_URL)
    return dict(noise.files)


async def _respond(file: StaticFile, scope: dict[str, Any], send: Any) -> None:
    environ = {
        "HTTP_" + name.decode().upper().replace("-", "_"): value.decode("latin-1")
        for name, value in scope["headers"]
    }
    response = file.get_response(scope["method"], environ)
    body = response.file.read() if response.file else b""
    if response.file:
        response.file.close()
    headers = [(name.lower().encode(), str(value).encode()) for name, value in response.headers]
    headers.append((b"x-content-type-options", b"nosniff"))
    headers.append((b"cross-origin-resource-policy", b"same-origin"))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
