"""Write down who did what. Called inside the transaction of the act itself."""

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
