"""People, their roles, and one-time links to sign in.

A role is a Django group: `reviewer` reads every session, `admin` does everything. Everybody
else is a user.
"""

import hashlib
import secrets
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone

from chatapp.lib.keys import new_key

REVIEWERS = "reviewer"
ADMINS = "admin"


def new_user_key() -> str:
    return new_key("usr")


class User(AbstractUser):
    """Someone who signs in. `preferences` holds theme, text size and the like."""

    key = models.CharField(max_length=50, unique=True, default=new_user_key, editable=False)
    description = models.TextField(blank=True)
    preferences = models.JSONField(default=dict, blank=True)
    granted_roles = models.JSONField(default=dict, blank=True)
    # Raised when rights change: open sockets compare it and close.
    rights_version = models.PositiveIntegerField(default=0, editable=False)

    @property
    def display_name(self) -> str:
        return self.get_full_name() or self.username

    @property
    def role(self) -> str:
        if self.is_superuser:
            return ADMINS
        names = set(self.groups.values_list("name", flat=True))
        return next((name for name in (ADMINS, REVIEWERS) if name in names), "user")

    @property
    def is_admin(self) -> bool:
        return self.is_active and (self.is_superuser or self._in_group(ADMINS))

    @property
    def is_reviewer(self) -> bool:
        """May read everybody's sessions. Admins may, too."""
        return self.is_active and (self.is_admin or self._in_group(REVIEWERS))

    def _in_group(self, name: str) -> bool:
        cache: dict[str, bool] = self.__dict__.setdefault("_groups", {})
        if name not in cache:
            cache[name] = self.groups.filter(name=name).exists()
        return cache[name]


class SignInLink(models.Model):
    """A link that signs one person in, once. Only a hash of its token is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_in_links")
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"sign-in link for {self.user}"

    @staticmethod
    def new_token() -> str:
        return secrets.token_urlsafe(32)

    @staticmethod
    def hash(token: str) -> str:
        return hashlib.sha256(token.encode()).hexdigest()

    @classmethod
    def usable(cls, token: str) -> "models.QuerySet[Any]":
        return cls.objects.filter(
            token_hash=cls.hash(token),
            used_at=None,
            expires_at__gt=timezone.now(),
            user__is_active=True,
        )
