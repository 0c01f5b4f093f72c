"""Language models: where each is served, and under which names agents may ask for it."""

from django.db import models

from chatapp.lib.keys import new_key
from chatapp.models.fields import SealedJSONField, SealedTextField


def new_llm_key() -> str:
    return new_key("llm")


class Llm(models.Model):
    """A model at a provider. A name no row claims is served by the default one."""

    key = models.CharField(max_length=50, unique=True, default=new_llm_key, editable=False)
    name = models.CharField(max_length=255, unique=True)
    description = models.TextField(blank=True)
    provider = models.CharField(max_length=30)
    base_url = models.CharField(max_length=500, blank=True)
    secret = SealedTextField(blank=True)
    upstream_name = models.CharField(
        max_length=255, blank=True, help_text="The provider's name for it, if another."
    )
    context_window = models.PositiveIntegerField(default=128_000)
    capabilities = models.JSONField(default=dict, blank=True)
    parameters = models.JSONField(default=dict, blank=True)
    # Sealed: its `headers` may hold secrets.
    options = SealedJSONField(default=dict, blank=True)
    aliases = models.JSONField(default=list, blank=True)
    wire_type = models.CharField(max_length=40, default="openai-compatible", editable=False)
    is_default = models.BooleanField("default", default=False)
    enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "language model"
        ordering = ("-is_default", "name")
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"],
                condition=models.Q(is_default=True),
                name="one_default_llm",
            )
        ]

    def __str__(self) -> str:
        return self.name
