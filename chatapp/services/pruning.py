"""Remove for good what has had its time, and bytes that no row knows."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session as LoginSession
from django.core.files.storage import Storage, default_storage
from django.db import models, transaction
from django.db.models.functions import Cast, Least, Now
from django.utils import timezone

from chatapp.models import Artifact, Session, SignInLink
from chatapp.services.artifacts import purge_blobs
from chatapp.services.idempotency import old_answers
from chatapp.services.indexes.forgetting import forget_deleted
from chatapp.services.sessions import idle_sessions, purge_sessions, tombstones

_BATCH = 100
_LONGEST_TTL = 100 * 365
# A blob is stored before its row: younger ones may still get theirs.
ORPHAN_AGE = timedelta(hours=24)


def prune(*, dry_run: bool = False) -> dict[str, int]:
    """What was removed, or would be: counts by kind, in the order of removal."""
    if not dry_run:
        forget_deleted(wholly=True)
    return {
        "idle sessions": _sessions(idle_sessions, dry_run),
        "deleted sessions": _sessions(tombstones, dry_run),
        "expired artifacts": _artifacts(expired_artifacts, dry_run),
        "deleted artifacts": _artifacts(deleted_artifacts, dry_run),
        "orphan blobs": _blobs(dry_run),
        "remembered answers": _rows(old_answers(), dry_run),
        "sign-in links": _rows(SignInLink.objects.filter(expires_at__lt=Now()), dry_run),
        "login sessions": _rows(LoginSession.objects.filter(expire_date__lt=Now()), dry_run),
    }


def expired_artifacts() -> "models.QuerySet[Artifact]":
    # Capped, since no database adds two thousand million days to a date.
    days = Cast(Least("ttl_days", _LONGEST_TTL), models.IntegerField())
    time = models.ExpressionWrapper(days * timedelta(days=1), output_field=models.DurationField())
    expires_at = models.ExpressionWrapper(
        models.F("created_at") + time, output_field=models.DateTimeField()
    )
    rows = Artifact.objects.filter(ttl_days__isnull=False)
    return rows.annotate(expires_at=expires_at).filter(expires_at__lt=Now())


def deleted_artifacts() -> "models.QuerySet[Artifact]":
    """Taken away by their owners, beyond an undo."""
    return Artifact.objects.filter(
        deleted_at__lt=timezone.now() - timedelta(days=settings.RETENTION_DAYS_DELETED)
    )


def orphan_blobs(storage: Storage | None = None) -> Iterator[str]:
    """Names of stored files that belong to no artifact and are old enough to be nobody's."""
    storage = storage or default_storage
    before = timezone.now() - ORPHAN_AGE
    try:
        folders, _ = storage.listdir("")
    except FileNotFoundError:
        return
    for folder in folders:
        names = [f"{folder}/{name}" for name in storage.listdir(folder)[1]]
        known = set(Artifact.objects.filter(file__in=names).values_list("file", flat=True))
        for name in names:
            if name not in known and _is_older(storage, name, before):
                yield name


def _is_older(storage: Storage, name: str, moment: datetime) -> bool:
    try:
        return storage.get_modified_time(name) < moment
    except FileNotFoundError:
        return False


def _sessions(find: Callable[[], "models.QuerySet[Session]"], dry_run: bool) -> int:
    return find().count() if dry_run else _in_batches(find, purge_sessions)


def _artifacts(find: Callable[[], "models.QuerySet[Artifact]"], dry_run: bool) -> int:
    return find().count() if dry_run else _in_batches(find, _purge)


def _purge(artifacts: "models.QuerySet[Artifact]") -> int:
    with transaction.atomic():
        return purge_blobs(artifacts)


def _in_batches(
    find: Callable[[], "models.QuerySet[Any]"], purge: Callable[["models.QuerySet[Any]"], int]
) -> int:
    """Short transactions: writers must not wait until everything is gone."""
    total = 0
    while keys := list(find().order_by("pk").values_list("pk", flat=True)[:_BATCH]):
        purge(find().model._default_manager.filter(pk__in=keys))
        total += len(keys)
    return total


def _blobs(dry_run: bool) -> int:
    names = list(orphan_blobs())
    if not dry_run:
        for name in names:
            default_storage.delete(name)
    return len(names)


def _rows(rows: "models.QuerySet[Any]", dry_run: bool) -> int:
    return rows.count() if dry_run else rows.delete()[0]
