"""How the installation is doing, in a few numbers."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import Count, Q, Sum
from django.utils import timezone

from chatapp.models import Artifact, Session, Turn

_CACHE_SECONDS = 30
_SAMPLE = 1_000


@dataclass(frozen=True, slots=True)
class Figures:
    turns_today: int
    failed_today: int
    active_users_today: int
    first_token_p50_ms: int | None
    first_token_p95_ms: int | None
    queued: int
    running: int
    sessions: int
    storage_bytes: int
    turns_by_day: tuple[int, ...]

    @property
    def failure_percent(self) -> float:
        return 100 * self.failed_today / self.turns_today if self.turns_today else 0.0


def figures() -> Figures:
    """Up to half a minute old: the page is looked at more often than they change."""
    known = cache.get("figures")
    if isinstance(known, Figures):
        return known
    fresh = _figures()
    cache.set("figures", fresh, _CACHE_SECONDS)
    return fresh


def _figures() -> Figures:
    start = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    today = Turn.objects.filter(created_at__gte=start)
    failed = Count("pk", filter=Q(status=Turn.Status.FAILED))
    counts = today.aggregate(n=Count("pk"), failed=failed, users=Count("author", distinct=True))
    active = dict(
        Turn.objects.active().values_list("status").annotate(n=Count("pk")).order_by("status")
    )
    p50, p95 = _first_token(start)
    return Figures(
        turns_today=counts["n"],
        failed_today=counts["failed"],
        active_users_today=counts["users"],
        first_token_p50_ms=p50,
        first_token_p95_ms=p95,
        queued=active.get(Turn.Status.QUEUED, 0),
        running=active.get(Turn.Status.RUNNING, 0),
        sessions=Session.objects.alive().count(),
        storage_bytes=Artifact.objects.alive().aggregate(sum=Sum("size_bytes"))["sum"] or 0,
        turns_by_day=tuple(_by_day(start, days=14)),
    )


def _first_token(start: datetime) -> tuple[int | None, int | None]:
    """Of the latest turns of today; the median and the slow end."""
    usages = (
        Turn.objects.filter(created_at__gte=start)
        .order_by("-created_at")
        .values_list("usage", flat=True)[:_SAMPLE]
    )
    times = sorted(ms for usage in usages if (ms := usage.get("first_token_ms")) is not None)
    if not times:
        return None, None
    return times[len(times) // 2], times[min(len(times) - 1, len(times) * 95 // 100)]


def _by_day(start: datetime, *, days: int) -> list[int]:
    counts = []
    for back in range(days - 1, -1, -1):
        begin = start - timedelta(days=back)
        day = Turn.objects.filter(created_at__gte=begin, created_at__lt=begin + timedelta(days=1))
        counts.append(day.count())
    return counts
