"""Numbers for Prometheus, without ids of people or sessions in their labels."""

import hmac
from collections.abc import Iterator
from datetime import timedelta
from time import perf_counter
from typing import Any

from django.conf import settings
from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from chatapp.errors import NotAuthenticated
from chatapp.models import Turn
from chatapp.turns.hosting import host

registry = CollectorRegistry()
SOCKETS = Gauge("chatapp_sockets", "Open websockets of this process.", registry=registry)
REQUESTS = Histogram(
    "chatapp_request_seconds",
    "Time from a request to the end of its answer.",
    ("method", "status"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=registry,
)
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class Meter:
    """Counts sockets and times requests, around the ASGI application it wraps."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            with SOCKETS.track_inprogress():
                await self.app(scope, receive, send)
        elif scope["type"] == "http":
            await self._timed(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _timed(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        status, began = 500, perf_counter()

        async def noted(message: Any) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self.app(scope, receive, noted)
        finally:
            method = scope["method"] if scope["method"] in _METHODS else "other"
            REQUESTS.labels(method, f"{status // 100}xx").observe(perf_counter() - began)


class Turns(Collector):
    """Looks at the tables when asked, so that every process tells the same."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        active = Turn.objects.active().values("status")
        by_status = dict.fromkeys(("queued", "running"), 0)
        by_status |= {row["status"]: row["n"] for row in active.annotate(n=Count("pk")).order_by()}
        yield _family("chatapp_turns_active", "Turns not over.", "status", by_status)
        hour = Turn.objects.filter(created_at__gt=timezone.now() - timedelta(hours=1))
        counts = hour.values("status").annotate(n=Count("pk")).order_by()
        by_status = dict.fromkeys(Turn.Status.values, 0) | {c["status"]: c["n"] for c in counts}
        yield _family("chatapp_turns_last_hour", "Turns of the last hour.", "status", by_status)
        oldest = Turn.objects.filter(status=Turn.Status.QUEUED).aggregate(at=Min("created_at"))[
            "at"
        ]
        waited = (timezone.now() - oldest).total_seconds() if oldest else 0.0
        yield GaugeMetricFamily(
            "chatapp_queue_oldest_seconds", "How long the longest waiting turn has waited.", waited
        )
        running = host.runner.running if host.runner else 0
        yield GaugeMetricFamily("chatapp_turns_running_here", "Turns run by this process.", running)


def _family(name: str, help: str, label: str, values: dict[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, help, labels=[label])
    for value, count in values.items():
        family.add_metric([value], count)
    return family


registry.register(Turns())
ProcessCollector(registry=registry)


@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    if not _may_read(request):
        raise NotAuthenticated("Metrics are for administrators, and for the metrics token.")
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _may_read(request: HttpRequest) -> bool:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if settings.METRICS_TOKEN and scheme.lower() == "bearer":
        return hmac.compare_digest(token.encode(), settings.METRICS_TOKEN.encode())
    return bool(request.user.is_authenticated and request.user.is_admin)
