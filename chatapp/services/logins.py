"""Who is behind a login's cookie, or a key, where there is no request to ask."""

from collections.abc import Iterable

from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest

from chatapp.models import ApiKey, User
from chatapp.services.app_clients import client_of_token


def user_of(cookie: str) -> User | None:
    request = HttpRequest()
    request.session = SessionStore(cookie)
    user = get_user(request)
    return user if isinstance(user, User) and user.is_active else None


def is_known(*, cookie: str, secrets: Iterable[str]) -> bool:
    """Whether one of these lets somebody in."""
    if cookie and user_of(cookie):
        return True
    return any(ApiKey.objects.usable(s) or client_of_token(s) for s in secrets if s)
