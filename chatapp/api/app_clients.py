"""/v2/app_clients, and the OAuth door where a client fetches its access token."""

from typing import Any

from django.http import HttpRequest
from ninja import Query, Router

from chatapp.api.auth import ApiRequest
from chatapp.api.idempotent import idempotent
from chatapp.api.pagination import FilterQuery, page_of
from chatapp.api.roles import Area
from chatapp.api.routing import ApiRouter
from chatapp.api.schemas.accounts import (
    AppClientIn,
    AppClientList,
    AppClientOut,
    AppClientPatch,
    TokenIn,
    TokenOut,
)
from chatapp.api.threads import threads
from chatapp.models import AppClient
from chatapp.services import app_clients
from chatapp.services.rate_limits import spend

router = ApiRouter(Area.ACCOUNT, "App clients", "/app_clients")
oauth = Router(tags=["OAuth"])
_TOKENS_PER_MINUTE = 60


@router.get("", response=AppClientList, operation_id="listAppClient")
def list_clients(request: ApiRequest, query: Query[FilterQuery]) -> AppClientList:
    rows = AppClient.objects.visible_to(request.auth.user)
    found = query.matcher()
    matches = (lambda row: found(row.name)) if found else None
    page = page_of(rows, query, scope=f"app_clients.{request.auth.user.pk}", matches=matches)
    items = [AppClientOut.of(client) for client in page.items]
    return AppClientList(app_clients=items, metadata=page.metadata)


@router.post("", response={201: AppClientOut}, operation_id="createAppClient")
@idempotent
def create_client(request: ApiRequest, body: AppClientIn) -> Any:
    client, secret = app_clients.create_app_client(
        owner=request.auth.user,
        name=body.name,
        description=body.description,
        granted_roles=body.granted(),
    )
    return AppClientOut.of(client, secret)


@router.get("/{app_client_id}", response=AppClientOut, operation_id="getAppClient")
def get_client(request: ApiRequest, app_client_id: str) -> AppClientOut:
    return AppClientOut.of(AppClient.objects.access(request.auth.user, app_client_id))


@router.patch("/{app_client_id}", response=AppClientOut, operation_id="updateAppClient")
def update_client(request: ApiRequest, app_client_id: str, patch: AppClientPatch) -> AppClientOut:
    client = AppClient.objects.access(request.auth.user, app_client_id)
    changes: dict[str, Any] = {"granted_roles": patch.granted(client.granted_roles)}
    if "description" in patch.model_fields_set:
        changes["description"] = patch.description or ""
    client = app_clients.update_app_client(client=client, actor=request.auth.user, **changes)
    return AppClientOut.of(client)


@router.delete("/{app_client_id}", response={204: None}, operation_id="deleteAppClient")
def delete_client(request: ApiRequest, app_client_id: str) -> None:
    client = AppClient.objects.access(request.auth.user, app_client_id)
    app_clients.delete_app_client(client=client, actor=request.auth.user)


@oauth.post("token", response=TokenOut, operation_id="getOAuthToken", auth=None)
async def token(request: HttpRequest, body: TokenIn) -> TokenOut:
    """OAuth 2 client credentials: an access token for half an hour."""
    return await threads.run(_token, body)


def _token(body: TokenIn) -> TokenOut:
    spend(f"token.{body.client_id}", _TOKENS_PER_MINUTE)
    access_token = app_clients.new_access_token(
        client_id=body.client_id, client_secret=body.client_secret
    )
    return TokenOut(access_token=access_token, expires_in=app_clients.TOKEN_SECONDS)
