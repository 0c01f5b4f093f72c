"""People: their roles, one-time links to sign in, and API keys."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models, transaction
from django.utils import timezone

from chatapp.bus import bus, user_topic
from chatapp.errors import InvalidInput, NotFound
from chatapp.events.frames import RightsFrame
from chatapp.models import ApiKey, SignInLink, User
from chatapp.models.users import ADMINS, REVIEWERS

ROLES = ("user", REVIEWERS, ADMINS)


@transaction.atomic
def create_user(
    *,
    username: str,
    email: str = "",
    role: str = "user",
    password: str | None = None,
    name: str = "",
) -> User:
    """Add a person. Without a password they come in by a one-time link or single sign-on."""
    first, _, last = name.partition(" ")
    user = User.objects.create_user(username, email, password, first_name=first, last_name=last)
    set_role(user=user, role=role)
    return user


@transaction.atomic
def set_role(*, user: User, role: str) -> None:
    """user, reviewer (reads every session) or admin (may do everything)."""
    if role not in ROLES:
        raise InvalidInput(f"There is no role {role!r}: use {', '.join(ROLES)}.")
    user.groups.remove(*Group.objects.filter(name__in=ROLES))
    if role != "user":
        user.groups.add(Group.objects.get_or_create(name=role)[0])
    user.is_staff = user.is_superuser = role == ADMINS
    user.save(update_fields=["is_staff", "is_superuser"])
    rights_changed(user=user)


@transaction.atomic
def rights_changed(*, user: User) -> None:
    """Call after anything that takes rights away: open sockets and streams look again."""
    User.objects.filter(pk=user.pk).update(rights_version=models.F("rights_version") + 1)
    bus.publish_on_commit(user_topic(user.pk), RightsFrame(user.pk))


@transaction.atomic
def create_sign_in_link(*, username: str) -> str:
    """A fresh token that signs this person in once, within a day."""
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise NotFound(f"There is no active user {username!r}.", missing_id=username)
    token = SignInLink.new_token()
    expires_at = timezone.now() + timedelta(seconds=settings.SIGN_IN_LINK_SECONDS)
    SignInLink.objects.create(user=user, token_hash=SignInLink.hash(token), expires_at=expires_at)
    return token


@transaction.atomic
def use_sign_in_link(*, token: str) -> User:
    """The person the link belongs to; it works once. Raises NotFound otherwise."""
    link = SignInLink.usable(token).select_related("user").first()
    # Asked of the row alone: with a join, PostgreSQL would let two at once pass.
    if link and SignInLink.objects.filter(pk=link.pk, used_at=None).update(used_at=timezone.now()):
        user: User = link.user
        return user
    raise NotFound("This link is not valid any more.")


@transaction.atomic
def create_api_key(
    *,
    owner: User,
    name: str,
    role: str = ApiKey.Role.PERSONAL,
    corpus_keys: list[str] | None = None,
) -> tuple[ApiKey, str]:
    """A key and its secret, which is never to be seen again."""
    if role not in ApiKey.Role.values:
        raise InvalidInput(f"There is no API key role {role!r}.", {"api_key_role": "Unknown."})
    secret = ApiKey.new_secret()
    key = ApiKey.objects.create(
        owner=owner,
        name=name,
        role=role,
        corpus_keys=corpus_keys or [],
        prefix=secret[:8],
        secret_hash=ApiKey.hash(secret),
    )
    return key, secret
