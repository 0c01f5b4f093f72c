"""Whether this process is up, and whether it and what it stands on can do their work."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import structlog
from django.conf import settings
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from chatapp.turns.hosting import host

log = structlog.get_logger(__name__)
_SECONDS = 2
_WORKER_SILENCE = timedelta(seconds=40)


class NotReady(Exception):
    """Says in a few words, without addresses or secrets, what is missing."""


async def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. It asks nobody: a restart would not mend a database."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request: HttpRequest) -> JsonResponse:
    """What a load balancer asks before it sends people here."""
    checks = {name: _result(name, check) for name, check in CHECKS.items()}
    ready = all(result == "ok" for result in checks.values())
    body = {"ready": ready, "checks": checks}
    return JsonResponse(body, status=200 if ready else 503)


def _result(name: str, check: Callable[[], None]) -> str:
    try:
        check()
    except NotReady as exc:
        return str(exc)
    except Exception as exc:  # noqa: BLE001 - whatever a broken part raises, it is not ready
        log.warning("ready.failed", check=name, error=type(exc).__name__)
        return "unreachable"
    return "ok"


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _layer() -> None:
    if not settings.REDIS_URL:
        return
    import redis

    with redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=_SECONDS, socket_connect_timeout=_SECONDS
    ) as client:
        client.ping()


def _storage() -> None:
    if not isinstance(default_storage, FileSystemStorage):
        default_storage.exists("ready")
        return
    folder = Path(default_storage.location)
    folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK):
        raise NotReady("not writable")


def _runner() -> None:
    if settings.TURN_RUNNER == "inprocess":
        if host.runner is None:
            raise NotReady("not started")
        return
    since = timezone.now() - _WORKER_SILENCE
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM procrastinate_workers WHERE last_heartbeat > %s", [since])
        if cursor.fetchone() is None:
            raise NotReady("no worker")


CHECKS: dict[str, Callable[[], None]] = {
    "database": _database,
    "layer": _layer,
    "storage": _storage,
    "runner": _runner,
}
