"""App clients and their access tokens: signed, short-lived, void once the client is gone."""

from collections.abc import Mapping
from typing import Any

from django.core import signing
from django.db import transaction
from django.utils.crypto import constant_time_compare

from chatapp.errors import NotAuthenticated
from chatapp.models import AppClient, User
from chatapp.services import audit

TOKEN_SECONDS = 1800
_SALT = "chatapp.access_token"


@transaction.atomic
def create_app_client(
    *, owner: User, name: str, description: str = "", granted_roles: Mapping[str, Any]
) -> tuple[AppClient, str]:
    """A client and its secret, which is never to be seen again."""
    secret = AppClient.new_secret()
    client = AppClient.objects.create(
        owner=owner,
        name=name,
        description=description,
        secret_hash=AppClient.hash(secret),
        granted_roles=dict(granted_roles),
    )
    audit.record(
        actor=owner, action="app_client.create", object_type="app_client", object_key=client.key
    )
    return client, secret


@transaction.atomic
def update_app_client(*, client: AppClient, actor: User, **changes: Any) -> AppClient:
    for field, value in changes.items():
        setattr(client, field, value)
    client.save(update_fields=list(changes))
    audit.record(
        actor=actor, action="app_client.update", object_type="app_client", object_key=client.key
    )
    return client


@transaction.atomic
def delete_app_client(*, client: AppClient, actor: User) -> None:
    """Its access tokens stop working at once."""
    audit.record(
        actor=actor, action="app_client.delete", object_type="app_client", object_key=client.key
    )
    client.delete()


def new_access_token(*, client_id: str, client_secret: str) -> str:
    """Raises NotAuthenticated unless the two belong together."""
    client = _usable(client_id)
    given = AppClient.hash(client_secret)
    if client is None or not constant_time_compare(client.secret_hash, given):
        raise NotAuthenticated("The client_id or client_secret is not valid.")
    return signing.dumps(client.client_id, salt=_SALT)


def client_of_token(token: str) -> AppClient | None:
    try:
        client_id = signing.loads(token, salt=_SALT, max_age=TOKEN_SECONDS)
    except signing.BadSignature:
        return None
    return _usable(client_id)


def _usable(client_id: str) -> AppClient | None:
    rows = AppClient.objects.select_related("owner")
    return rows.filter(client_id=client_id, owner__is_active=True).first()
