"""/v2/llms, and chat completions through any of them."""

from typing import Any

from ninja import Query

from chatapp.api.auth import ApiRequest
from chatapp.api.completions import complete, stream_completion
from chatapp.api.errors import ErrorBody
from chatapp.api.idempotent import idempotent, is_replay
from chatapp.api.llm_trials import try_out
from chatapp.api.pagination import FilterQuery, page_of
from chatapp.api.roles import Area, Level
from chatapp.api.routing import ApiRouter, admin_only, level
from chatapp.api.schemas.llms import (
    PROVIDERS,
    CompletionIn,
    CompletionOut,
    LlmIn,
    LlmList,
    LlmOut,
    LlmPatch,
)
from chatapp.api.streaming import documented
from chatapp.errors import InvalidInput
from chatapp.models import Llm
from chatapp.services import llm_changes
from chatapp.services.llms import ensure_default_llm

router = ApiRouter(Area.MODELS, "Language models", "/llms")


@router.get("", response=LlmList, operation_id="listLLMs")
def list_llms(request: ApiRequest, query: Query[FilterQuery]) -> LlmList:
    if not Llm.objects.filter(is_default=True).exists():
        ensure_default_llm()
    page = page_of(Llm.objects.all(), query, scope="llms", matches=query.of_rows())
    return LlmList(llms=[LlmOut.of(llm) for llm in page.items], metadata=page.metadata)


@router.post("", response={201: LlmOut}, operation_id="createLLM")
@admin_only
def create_llm(request: ApiRequest, body: LlmIn) -> Any:
    """With `test_model_parameters`, even empty ones, only a model that answers is added."""
    # Before the idempotent part: that is a transaction, and nobody else may have to wait for it.
    if body.test_model_parameters is not None and not is_replay(request):
        try_out(_drafted(body), body.test_model_parameters)
    return _add(request, body)


@idempotent
def _add(request: ApiRequest, body: LlmIn) -> LlmOut:
    return LlmOut.of(llm_changes.add_llm(llm=_drafted(body), actor=request.auth.user))


def _drafted(body: LlmIn) -> Llm:
    if body.uri is None and body.type != "anthropic":
        raise InvalidInput("uri: Field required", {"uri": "Field required"})
    return llm_changes.drafted_llm(
        name=body.name, provider=PROVIDERS[body.type], wire_type=body.type, **body.columns()
    )


@router.post(
    "/chat/completions",
    response={200: CompletionOut, 502: ErrorBody},
    operation_id="createChatCompletion",
    openapi_extra=documented(200),
)
@level(Level.READ)
async def create_completion(request: ApiRequest, body: CompletionIn) -> Any:
    """As OpenAI's: with `stream` as server-sent events, ended by `[DONE]`."""
    if body.stream:
        return await stream_completion(body)
    return await complete(body)


@router.get("/{llm_id}", response=LlmOut, operation_id="getLLM")
def get_llm(request: ApiRequest, llm_id: str) -> LlmOut:
    return LlmOut.of(llm_changes.llm_named(llm_id))


@router.patch("/{llm_id}", response=LlmOut, operation_id="updateLLM")
@admin_only
def update_llm(request: ApiRequest, llm_id: str, patch: LlmPatch) -> LlmOut:
    changes = patch.columns()
    if patch.enabled is not None:
        changes["enabled"] = patch.enabled
    if patch.test_model_parameters is not None:
        draft = llm_changes.changed_llm(llm_changes.llm_named(llm_id), changes)
        try_out(draft, patch.test_model_parameters)
    return LlmOut.of(llm_changes.change_llm(key=llm_id, changes=changes, actor=request.auth.user))


@router.delete("/{llm_id}", response={204: None}, operation_id="deleteLLM")
@admin_only
def delete_llm(request: ApiRequest, llm_id: str) -> None:
    llm_changes.delete_llm(llm=llm_changes.llm_named(llm_id), actor=request.auth.user)
