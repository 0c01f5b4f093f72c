"""Generation presets: named settings for summaries of what a search found."""

from typing import Any

from django.db import models

from chatapp.lib.keys import new_key


def new_preset_key() -> str:
    return new_key("gpr")


class GenerationPreset(models.Model):
    """What a request for a summary need not say itself. Empty fields say nothing."""

    key = models.CharField(max_length=50, unique=True, default=new_preset_key, editable=False)
    name = models.CharField(max_length=200, unique=True)
    description = models.TextField(blank=True)
    llm_name = models.CharField(max_length=255, blank=True)
    prompt_template = models.TextField(blank=True)
    max_used_search_results = models.PositiveIntegerField(null=True, blank=True)
    max_tokens = models.PositiveIntegerField(null=True, blank=True)
    temperature = models.FloatField(null=True, blank=True)
    frequency_penalty = models.FloatField(null=True, blank=True)
    presence_penalty = models.FloatField(null=True, blank=True)
    additional_model_params: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(
        default=dict, blank=True
    )
    enabled = models.BooleanField(default=True)
    is_default = models.BooleanField("default", default=False)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"],
                condition=models.Q(is_default=True),
                name="one_default_generation_preset",
            )
        ]

    def __str__(self) -> str:
        return self.name
