"""API keys, app clients, access tokens and users."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from chatapp.api.pagination import ListMetadata
from chatapp.api.schemas.roles import Keys, RolesIn, RolesOut
from chatapp.models import ApiKey, AppClient, User
from chatapp.services.agent_shapes import Shape

Description = Annotated[str, Field(max_length=10_000)]
ClientName = Annotated[str, Field(min_length=1, max_length=200)]
KeyRole = Literal["serving", "serving_and_indexing", "personal"]


class ApiKeyIn(RolesIn, Shape):
    name: Annotated[str, Field(min_length=1, max_length=100)]
    api_key_role: KeyRole | None = None
    corpus_keys: Annotated[list[Keys], Field(max_length=1000)] = []


class ApiKeyPatch(BaseModel):
    enabled: bool | None = None


class ApiKeyOut(RolesOut):
    """`secret_key` is there once, in the answer that creates it."""

    id: str
    name: str
    secret_key: str | None = None
    enabled: bool
    api_key_role: KeyRole
    corpus_keys: list[str] | None = None
    expires_at: datetime | None = None
    last_used_at: datetime | None = None
    created_at: datetime

    @classmethod
    def of(cls, key: ApiKey, secret: str | None = None) -> "ApiKeyOut":
        return cls(
            id=key.key,
            name=key.name,
            secret_key=secret,
            enabled=key.enabled,
            api_key_role=ApiKey.Role(key.role).value,
            corpus_keys=key.corpus_keys or None,
            expires_at=key.expires_at,
            last_used_at=key.last_used_at,
            created_at=key.created_at,
            **key.granted_roles,
        )


class ApiKeyList(BaseModel):
    api_keys: list[ApiKeyOut]
    metadata: ListMetadata


class AppClientIn(RolesIn, Shape):
    type: Literal["client_credentials"]
    name: ClientName
    description: Description = ""


class AppClientPatch(RolesIn):
    description: Description | None = None


class AppClientOut(RolesOut):
    """`client_secret` is there once, in the answer that creates it."""

    id: str
    name: str
    description: str
    client_id: str
    client_secret: str | None = None

    @classmethod
    def of(cls, client: AppClient, secret: str | None = None) -> "AppClientOut":
        return cls(
            id=client.key,
            name=client.name,
            description=client.description,
            client_id=client.client_id,
            client_secret=secret,
            **client.granted_roles,
        )


class AppClientList(BaseModel):
    app_clients: list[AppClientOut]
    metadata: ListMetadata


class TokenIn(Shape):
    client_id: Annotated[str, Field(max_length=200)]
    client_secret: Annotated[str, Field(max_length=200)]
    grant_type: Literal["client_credentials"] = "client_credentials"


class TokenOut(BaseModel):
    access_token: str
    token_type: str = "Bearer"
    expires_in: int


class UserIn(RolesIn, Shape):
    """Without a username, the e-mail address is it."""

    email: Annotated[str, Field(min_length=3, max_length=254)]
    username: Annotated[str | None, Field(min_length=1, max_length=150)] = None
    description: Description = ""


class UserPatch(RolesIn):
    enabled: bool | None = None
    description: Description | None = None


class UserOut(RolesOut):
    id: str
    email: str
    username: str
    enabled: bool
    description: str
    created_at: datetime

    @classmethod
    def of(cls, user: User) -> "UserOut":
        roles = {**user.granted_roles}
        if user.is_superuser:
            roles.setdefault("api_roles", ["administrator"])
        return cls(
            id=user.key,
            email=user.email,
            username=user.username,
            enabled=user.is_active,
            description=user.description,
            created_at=user.date_joined,
            **roles,
        )


class UserList(BaseModel):
    users: list[UserOut]
    metadata: ListMetadata


class PasswordReset(BaseModel):
    """A link that signs this person in, once, within a day."""

    one_time_code: str
    one_time_code_link: str
