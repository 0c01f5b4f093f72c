"""/v2/users. Administrators manage everybody; others see themselves."""

from typing import Any

from django.urls import reverse
from ninja import Query

from chatapp.api.auth import ApiRequest
from chatapp.api.idempotent import idempotent
from chatapp.api.pagination import PageQuery, page_of
from chatapp.api.roles import Area
from chatapp.api.routing import ApiRouter, admin_only
from chatapp.api.schemas.accounts import PasswordReset, UserIn, UserList, UserOut, UserPatch
from chatapp.services import accounts
from chatapp.services.users import create_sign_in_link

router = ApiRouter(Area.ACCOUNT, "Users", "/users")


class UserQuery(PageQuery):
    corpus_key: str | None = None


@router.get("", response=UserList, operation_id="listUsers")
def list_users(request: ApiRequest, query: Query[UserQuery]) -> UserList:
    rows = accounts.users_visible_to(request.auth.user)
    wanted = query.corpus_key
    matches = (lambda row: wanted in _corpora(row.granted_roles)) if wanted else None
    page = page_of(rows, query, scope=f"users.{request.auth.user.pk}", matches=matches)
    items = [UserOut.of(user) for user in page.items]
    return UserList(users=items, metadata=page.metadata)


def _corpora(roles: dict[str, Any]) -> set[str]:
    return {entry["corpus_key"] for entry in roles.get("corpus_roles", ())}


@router.post("", response={201: UserOut}, operation_id="createUser")
@admin_only
@idempotent
def create_user(request: ApiRequest, body: UserIn) -> Any:
    user = accounts.add_user(
        actor=request.auth.user,
        email=body.email,
        username=body.username,
        description=body.description,
        roles=body.granted(),
    )
    return UserOut.of(user)


@router.get("/{username}", response=UserOut, operation_id="getUser")
def get_user(request: ApiRequest, username: str) -> UserOut:
    return UserOut.of(accounts.user_named(request.auth.user, username))


@router.patch("/{username}", response=UserOut, operation_id="updateUser")
@admin_only
def update_user(request: ApiRequest, username: str, patch: UserPatch) -> UserOut:
    user = accounts.user_named(request.auth.user, username)
    names = {"api_roles", "corpus_roles", "agent_roles"}
    roles = patch.granted(user.granted_roles) if names & patch.model_fields_set else None
    description = patch.description
    if "description" in patch.model_fields_set:
        description = patch.description or ""
    user = accounts.change_user(
        user=user,
        actor=request.auth.user,
        enabled=patch.enabled,
        description=description,
        roles=roles,
    )
    return UserOut.of(user)


@router.delete("/{username}", response={204: None}, operation_id="deleteUser")
@admin_only
def delete_user(request: ApiRequest, username: str) -> None:
    user = accounts.user_named(request.auth.user, username)
    accounts.remove_user(user=user, actor=request.auth.user)


@router.post("/{username}/reset_password", response=PasswordReset, operation_id="resetUserPassword")
@admin_only
def reset_password(request: ApiRequest, username: str) -> PasswordReset:
    """A one-time link instead of a password that travels."""
    user = accounts.user_named(request.auth.user, username)
    code = create_sign_in_link(username=user.username)
    link = request.build_absolute_uri(reverse("login-link", args=[code]))
    return PasswordReset(one_time_code=code, one_time_code_link=link)
