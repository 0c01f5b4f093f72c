"""/v2/generation_presets: what a request for a summary may refer to by name."""

from typing import Any

from ninja import Query

from chatapp.api.auth import ApiRequest
from chatapp.api.idempotent import idempotent
from chatapp.api.pagination import PageQuery, page_of_places
from chatapp.api.roles import Area
from chatapp.api.routing import ApiRouter, admin_only
from chatapp.api.schemas.generation_presets import PresetList, PresetOut
from chatapp.models import GenerationPreset
from chatapp.services import presets
from chatapp.services.llms import llm_for
from chatapp.services.presets import PresetRequest

router = ApiRouter(Area.MODELS, "Generation presets", "/generation_presets")


class PresetQuery(PageQuery):
    llm_name: str | None = None


@router.get("", response=PresetList, operation_id="listGenerationPresets")
def list_presets(request: ApiRequest, query: Query[PresetQuery]) -> PresetList:
    default_llm = llm_for("").name
    shown = [PresetOut.of(preset, default_llm) for preset in presets.all_presets()]
    by_place = {
        (number,): preset
        for number, preset in enumerate(shown)
        if query.llm_name in (None, preset.llm_name)
    }
    page = page_of_places(by_place, query, scope="generation_presets")
    items = [by_place[place] for place in page.items]
    return PresetList(generation_presets=items, metadata=page.metadata)


@router.post("", response={201: PresetOut}, operation_id="createGenerationPreset")
@admin_only
@idempotent
def create_preset(request: ApiRequest, body: PresetRequest) -> Any:
    return _out(presets.create_preset(actor=request.auth.user, request=body))


@router.put("/{preset_id}", response=PresetOut, operation_id="replaceGenerationPreset")
@admin_only
def replace_preset(request: ApiRequest, preset_id: str, body: PresetRequest) -> PresetOut:
    actor = request.auth.user
    return _out(presets.replace_preset(key=preset_id, actor=actor, request=body))


@router.delete("/{preset_id}", response={204: None}, operation_id="deleteGenerationPreset")
@admin_only
def delete_preset(request: ApiRequest, preset_id: str) -> None:
    presets.delete_preset(key=preset_id, actor=request.auth.user)


def _out(preset: GenerationPreset) -> PresetOut:
    return PresetOut.of(preset, llm_for("").name)
