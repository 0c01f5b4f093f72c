"""Write down who did what. Called inside the transaction of the act itself."""

from collections.abc import Collection
from typing import Any

from chatapp.models import AuditEntry, User


def record(
    *,
    actor: User | None,
    action: str,
    object_type: str,
    object_key: str,
    detail: dict[str, Any] | None = None,
    reason: str = "",
) -> AuditEntry:
    return AuditEntry.objects.create(
        actor=actor,
        actor_name=actor.username if actor else "system",
        action=action,
        object_type=object_type,
        object_key=object_key,
        detail=detail or {},
        reason=reason,
    )


def forget_contents(*, object_type: str, object_keys: Collection[str]) -> None:
    """That something was done, and by whom, stays; what was in it goes with the object."""
    entries = AuditEntry.objects.filter(object_type=object_type, object_key__in=object_keys)
    entries.exclude(detail={}).update(detail={})
