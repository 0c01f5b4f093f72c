"""App clients: programs that fetch access tokens by OAuth client credentials."""

import hashlib
import secrets
from typing import Self

from django.conf import settings
from django.db import models

from chatapp.errors import NotFound
from chatapp.lib.keys import new_key
from chatapp.models.users import User


def new_app_client_key() -> str:
    return new_key("app")


def new_client_id() -> str:
    return f"client_{secrets.token_hex(12)}"


class AppClientQuerySet(models.QuerySet["AppClient"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(owner=user)

    def access(self, user: User, key: str) -> "AppClient":
        client = self.visible_to(user).filter(key=key).first()
        if client is None:
            raise NotFound("App client not found.", missing_id=key)
        return client


class AppClient(models.Model):
    """Acts for its owner. The secret is shown once and kept as a hash."""

    key = models.CharField(max_length=50, unique=True, default=new_app_client_key, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="app_clients"
    )
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    client_id = models.CharField(max_length=50, unique=True, default=new_client_id, editable=False)
    secret_hash = models.CharField(max_length=64)
    granted_roles = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AppClientQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def new_secret() -> str:
        return secrets.token_urlsafe(32)

    @staticmethod
    def hash(secret: str) -> str:
        # 256 random bits, as with API keys.
        return hashlib.sha256(secret.encode()).hexdigest()
