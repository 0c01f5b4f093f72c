"""The steps of a query as its history tells them: of which kind, since when, for how long."""

import time
from typing import Any

from django.utils import timezone


class Clock:
    """When a step began, and how long it took."""

    def __init__(self) -> None:
        self._at, self._began = timezone.now(), time.monotonic()

    def span(self, kind: str, **values: Any) -> dict[str, Any]:
        return {
            "type": kind,
            "started_at": self._at.isoformat().replace("+00:00", "Z"),
            "latency_millis": round((time.monotonic() - self._began) * 1000),
            **values,
        }
