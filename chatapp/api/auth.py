"""Who calls, and what their key may do.

A key is an API key (`x-api-key`, or as a Bearer token) or an access token of an app client. It
acts for its owner: never more than they may, and less if its roles say so.
"""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from ninja.security.base import AuthBase

from chatapp.api.roles import Area, Grant, Level, grant_of
from chatapp.api.threads import threads
from chatapp.errors import NotAllowed
from chatapp.models import ApiKey, AppClient, User
from chatapp.services.api_keys import note_use
from chatapp.services.app_clients import client_of_token
from chatapp.services.rate_limits import spend_request


@dataclass(frozen=True, slots=True)
class Principal:
    """The person a request acts for, and what its key grants of their rights."""

    user: User
    name: str
    grant: Grant


class ApiRequest(HttpRequest):
    """A request whose key was found valid."""

    auth: Principal
    request_id: str


class KeyAuth(AuthBase):
    """Lets a request through if its key may do this kind of thing."""

    openapi_type = "apiKey"
    openapi_in = "header"
    openapi_name = "x-api-key"

    def __init__(self, area: Area, level: Level, *, admin: bool = False) -> None:
        super().__init__()
        self.is_async = True
        self.area, self.level, self.admin = area, level, admin

    async def __call__(self, request: HttpRequest) -> Principal | None:
        return await threads.run(self.authenticate, request)

    def authenticate(self, request: HttpRequest) -> Principal | None:
        principal = identify(request)
        if principal is None:
            return None
        spend_request(principal.name, principal.user)
        match = request.resolver_match
        target: dict[str, Any] = match.kwargs if match else {}
        if not principal.grant.allows(self.area, self.level, target):
            raise NotAllowed("The roles of this API key do not allow this.")
        if self.admin and not principal.user.is_admin:
            raise NotAllowed("Only administrators may do this.")
        return principal


def identify(request: HttpRequest) -> Principal | None:
    """The first of the given credentials that is valid."""
    return next(filter(None, map(_principal, credentials_of(request))), None)


def credentials_of(request: HttpRequest) -> list[str]:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    bearer = token.strip() if scheme.lower() == "bearer" else ""
    return [given for given in (request.headers.get("x-api-key", "").strip(), bearer) if given]


def _principal(secret: str) -> Principal | None:
    if key := ApiKey.objects.usable(secret):
        note_use(key)
        return Principal(key.owner, f"key.{key.pk}", _grant_of_key(key))
    if client := client_of_token(secret):
        return Principal(client.owner, f"client.{client.pk}", _grant_of_client(client))
    return None


def _grant_of_key(key: ApiKey) -> Grant:
    return grant_of(key.granted_roles or {"api_key_role": key.role}, key.corpus_keys) & grant_of(
        key.owner.granted_roles
    )


def _grant_of_client(client: AppClient) -> Grant:
    return grant_of(client.granted_roles) & grant_of(client.owner.granted_roles)
