"""People as administrators see them over the API: added, changed, switched off, removed."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, models, transaction

from chatapp.errors import Conflict, InvalidInput, NotAllowed, NotFound
from chatapp.models import Session, User
from chatapp.models.users import ADMINS
from chatapp.services import audit
from chatapp.services.sessions import purge_sessions
from chatapp.services.users import create_user, rights_changed, set_role

_ADMIN_ROLES = {"owner", "administrator"}


def users_visible_to(user: User) -> "models.QuerySet[User]":
    """Administrators see everybody, everybody else themselves."""
    everybody = User.objects.all()
    return everybody if user.is_admin else everybody.filter(pk=user.pk)


def user_named(viewer: User, name: str) -> User:
    """By username or e-mail address. Raises NotFound."""
    rows = users_visible_to(viewer).filter(models.Q(username=name) | models.Q(email=name))
    user = rows.order_by("pk").first()
    if user is None:
        raise NotFound("User not found.", missing_id=name)
    return user


@transaction.atomic
def add_user(
    *, actor: User, email: str, username: str | None, description: str, roles: Mapping[str, Any]
) -> User:
    """Add a person. They come in by a one-time link or single sign-on."""
    username = username or email
    try:
        validate_email(email)
        User.username_validator(username)
    except ValidationError as exc:
        raise InvalidInput(exc.messages[0], {"email": exc.messages[0]}) from exc
    if User.objects.filter(models.Q(email__iexact=email) | models.Q(username=username)).exists():
        raise Conflict("There is a user with this e-mail address or username already.")
    try:
        with transaction.atomic():
            user = create_user(username=username, email=email)
    except IntegrityError as exc:
        raise Conflict("There is a user with this username already.") from exc
    user.description = description
    user.save(update_fields=["description"])
    _grant(user, roles)
    _record(actor, user, "create")
    return user


@transaction.atomic
def change_user(
    *,
    user: User,
    actor: User,
    enabled: bool | None,
    description: str | None,
    roles: Mapping[str, Any] | None,
) -> User:
    """Change what is given. Nobody may lock themselves out."""
    if enabled is False and user.pk == actor.pk:
        raise NotAllowed("You cannot disable yourself.")
    if enabled is not None:
        user.is_active = enabled
    if description is not None:
        user.description = description
    user.save(update_fields=["is_active", "description"])
    if roles is not None:
        if user.pk == actor.pk:
            raise NotAllowed("You cannot change your own roles.")
        _grant(user, roles)
    rights_changed(user=user)
    _record(actor, user, "update")
    return user


@transaction.atomic
def remove_user(*, user: User, actor: User) -> None:
    """Delete the person and all their sessions, for good."""
    if user.pk == actor.pk:
        raise NotAllowed("You cannot delete yourself.")
    _record(actor, user, "delete")
    rights_changed(user=user)
    purge_sessions(Session.objects.filter(owner=user))
    user.delete()


def _grant(user: User, roles: Mapping[str, Any]) -> None:
    is_admin = bool(_ADMIN_ROLES & set(roles.get("api_roles", ())))
    if is_admin or user.role == ADMINS:
        set_role(user=user, role=ADMINS if is_admin else "user")
    user.granted_roles = dict(roles)
    user.save(update_fields=["granted_roles"])


def _record(actor: User, user: User, action: str) -> None:
    audit.record(actor=actor, action=f"user.{action}", object_type="user", object_key=user.username)
