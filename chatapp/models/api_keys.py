"""API keys: shown once, kept as a hash."""

import hashlib
import secrets

from django.conf import settings
from django.db import models
from django.utils import timezone

from chatapp.lib.keys import new_key


def new_api_key_key() -> str:
    return new_key("aky")


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def usable(self, secret: str) -> "ApiKey | None":
        """The key this secret opens, if it is enabled, unexpired, and its owner active."""
        return (
            self.filter(
                models.Q(expires_at=None) | models.Q(expires_at__gt=timezone.now()),
                secret_hash=ApiKey.hash(secret),
                enabled=True,
                owner__is_active=True,
            )
            .select_related("owner")
            .first()
        )


class ApiKey(models.Model):
    class Role(models.TextChoices):
        PERSONAL = "personal"
        SERVING = "serving"
        SERVING_AND_INDEXING = "serving_and_indexing"

    key = models.CharField(max_length=50, unique=True, default=new_api_key_key, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_keys"
    )
    name = models.CharField(max_length=100)
    role = models.CharField(max_length=25, choices=Role, default=Role.PERSONAL)
    corpus_keys = models.JSONField(default=list, blank=True)
    granted_roles = models.JSONField(default=dict, blank=True)
    prefix = models.CharField(max_length=12)
    secret_hash = models.CharField(max_length=64, unique=True)
    enabled = models.BooleanField(default=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = "API key"
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @staticmethod
    def new_secret() -> str:
        return f"zk_{secrets.token_urlsafe(32)}"

    @staticmethod
    def hash(secret: str) -> str:
        # The secret is 256 random bits, so a plain hash is as good as a slow one.
        return hashlib.sha256(secret.encode()).hexdigest()
