"""Generation presets."""

from typing import Any

from pydantic import BaseModel

from chatapp.api.pagination import ListMetadata
from chatapp.models import GenerationPreset


class PresetOut(BaseModel):
    id: str
    name: str
    description: str
    llm_name: str
    enabled: bool
    default: bool
    prompt_template: str | None = None
    max_used_search_results: int | None = None
    max_tokens: int | None = None
    temperature: float | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    additional_model_params: dict[str, Any] = {}

    @classmethod
    def of(cls, preset: GenerationPreset, default_llm: str) -> "PresetOut":
        return cls(
            id=preset.key,
            name=preset.name,
            description=preset.description,
            llm_name=preset.llm_name or default_llm,
            prompt_template=preset.prompt_template or None,
            max_used_search_results=preset.max_used_search_results,
            max_tokens=preset.max_tokens,
            temperature=preset.temperature,
            frequency_penalty=preset.frequency_penalty,
            presence_penalty=preset.presence_penalty,
            additional_model_params=preset.additional_model_params,
            enabled=preset.enabled,
            default=preset.is_default,
        )


class PresetList(BaseModel):
    generation_presets: list[PresetOut]
    metadata: ListMetadata
