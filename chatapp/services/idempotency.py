"""Do something once for each key a client made up, however often it asks."""

from collections.abc import Callable, Collection
from datetime import timedelta

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from chatapp.errors import Conflict, InvalidInput
from chatapp.models import IdempotencyRecord, User

KEPT = timedelta(hours=24)


def answer_once(
    *, owner: User, key: str, fingerprint: str, work: Callable[[], str]
) -> tuple[str, bool]:
    """What `work` answers, or answered before; and whether it was before.

    The work and the memory of it are one transaction, so work that waits for others has to be done
    before. Of two at once, one waits or loses, and gets the other's answer. Raises Conflict if the
    key was used for something else.
    """
    known = known_answer(owner=owner, key=key, fingerprint=fingerprint)
    if known is not None:
        return known, True
    try:
        with transaction.atomic():
            known = _known(owner, key, fingerprint)
            if known is not None:
                return known, True
            body = work()
            with transaction.atomic():
                IdempotencyRecord.objects.create(
                    owner=owner, key=key, fingerprint=fingerprint, status=201, body=body
                )
    except IntegrityError:
        known = _known(owner, key, fingerprint)
        if known is None:
            raise
        return known, True
    return body, False


def known_answer(*, owner: User, key: str, fingerprint: str) -> str | None:
    """What was answered before. Raises Conflict if the key was used for something else."""
    if len(key) > 255 or not key.isprintable():
        raise InvalidInput("Idempotency-Key is too long: at most 255 characters.")
    return _known(owner, key, fingerprint)


def _known(owner: User, key: str, fingerprint: str) -> str | None:
    records = IdempotencyRecord.objects.filter(owner=owner)
    record = records.filter(key=key).first()
    if record is None:
        return None
    if record.created_at < timezone.now() - KEPT:
        record.delete()
        return None
    if record.fingerprint != fingerprint:
        raise Conflict("This Idempotency-Key was used for another request.")
    body: str | None = record.body
    return body


def forget_answers(*, owner_ids: Collection[int], keys: Collection[str]) -> None:
    """Delete answers that tell of things which are being deleted for good."""
    told = [f'"key":"{key}"' for key in keys]
    for record in IdempotencyRecord.objects.filter(owner__in=owner_ids):
        if any(words in record.body for words in told):
            record.delete()


def old_answers() -> "models.QuerySet[IdempotencyRecord]":
    return IdempotencyRecord.objects.filter(created_at__lt=timezone.now() - KEPT)
