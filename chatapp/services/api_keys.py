"""API keys: made, switched off and on, deleted; and when each was last used."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from chatapp.errors import NotFound
from chatapp.models import ApiKey, User
from chatapp.services import audit
from chatapp.services.users import create_api_key

NOTED_EVERY = timedelta(minutes=1)


@transaction.atomic
def create_key(
    *, owner: User, name: str, role: str, corpus_keys: list[str], granted_roles: Mapping[str, Any]
) -> tuple[ApiKey, str]:
    """A key and its secret, which is never to be seen again."""
    key, secret = create_api_key(owner=owner, name=name, role=role, corpus_keys=corpus_keys)
    key.granted_roles = dict(granted_roles)
    key.save(update_fields=["granted_roles"])
    audit.record(actor=owner, action="api_key.create", object_type="api_key", object_key=key.key)
    return key, secret


def key_of(*, owner: User, key: str) -> ApiKey:
    row = ApiKey.objects.filter(owner=owner, key=key).first()
    if row is None:
        raise NotFound("API key not found.", missing_id=key)
    return row


@transaction.atomic
def set_key_enabled(*, key: ApiKey, enabled: bool, actor: User) -> ApiKey:
    key.enabled = enabled
    key.save(update_fields=["enabled"])
    action = "api_key.enable" if enabled else "api_key.disable"
    audit.record(actor=actor, action=action, object_type="api_key", object_key=key.key)
    return key


@transaction.atomic
def delete_key(*, key: ApiKey, actor: User) -> None:
    audit.record(actor=actor, action="api_key.delete", object_type="api_key", object_key=key.key)
    key.delete()


def note_use(key: ApiKey) -> None:
    """Remember when the key was used, to the minute: not each request is worth a write."""
    now = timezone.now()
    if key.last_used_at and now - key.last_used_at < NOTED_EVERY:
        return
    stale = models.Q(last_used_at=None) | models.Q(last_used_at__lt=now - NOTED_EVERY)
    ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)
