"""/v2/api_keys: the caller's own."""

from typing import Any

from ninja import Query

from chatapp.api.auth import ApiRequest
from chatapp.api.idempotent import idempotent
from chatapp.api.pagination import PageQuery, page_of
from chatapp.api.roles import Area
from chatapp.api.routing import ApiRouter
from chatapp.api.schemas.accounts import ApiKeyIn, ApiKeyList, ApiKeyOut, ApiKeyPatch, KeyRole
from chatapp.models import ApiKey
from chatapp.services import api_keys

router = ApiRouter(Area.ACCOUNT, "API keys", "/api_keys")


class ApiKeyQuery(PageQuery):
    corpus_key: str | None = None
    api_key_role: KeyRole | None = None


@router.get("", response=ApiKeyList, operation_id="listApiKeys")
def list_keys(request: ApiRequest, query: Query[ApiKeyQuery]) -> ApiKeyList:
    rows = ApiKey.objects.filter(owner=request.auth.user)
    if query.api_key_role:
        rows = rows.filter(role=query.api_key_role)
    wanted = query.corpus_key
    matches = (lambda row: wanted in row.corpus_keys) if wanted else None
    page = page_of(rows, query, scope=f"api_keys.{request.auth.user.pk}", matches=matches)
    items = [ApiKeyOut.of(key) for key in page.items]
    return ApiKeyList(api_keys=items, metadata=page.metadata)


@router.post("", response={201: ApiKeyOut}, operation_id="createApiKey")
@idempotent
def create_key(request: ApiRequest, body: ApiKeyIn) -> Any:
    key, secret = api_keys.create_key(
        owner=request.auth.user,
        name=body.name,
        role=body.api_key_role or ApiKey.Role.PERSONAL,
        corpus_keys=body.corpus_keys,
        granted_roles=body.granted(),
    )
    return ApiKeyOut.of(key, secret)


@router.get("/{api_key_id}", response=ApiKeyOut, operation_id="getApiKey")
def get_key(request: ApiRequest, api_key_id: str) -> ApiKeyOut:
    return ApiKeyOut.of(api_keys.key_of(owner=request.auth.user, key=api_key_id))


@router.patch("/{api_key_id}", response=ApiKeyOut, operation_id="updateApiKey")
def update_key(request: ApiRequest, api_key_id: str, patch: ApiKeyPatch) -> ApiKeyOut:
    key = api_keys.key_of(owner=request.auth.user, key=api_key_id)
    if patch.enabled is not None:
        key = api_keys.set_key_enabled(key=key, enabled=patch.enabled, actor=request.auth.user)
    return ApiKeyOut.of(key)


@router.delete("/{api_key_id}", response={204: None}, operation_id="deleteApiKey")
def delete_key(request: ApiRequest, api_key_id: str) -> None:
    key = api_keys.key_of(owner=request.auth.user, key=api_key_id)
    api_keys.delete_key(key=key, actor=request.auth.user)
