"""Language models. Their secrets are written here and never shown again."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from chatapp.admin.json_fields import JSONField
from chatapp.admin.pages import Page, actor_of
from chatapp.admin.secrets import MASK, SecretField
from chatapp.errors import InvalidInput
from chatapp.llm.base import Provider
from chatapp.llm.http import StreamOptions
from chatapp.models import Llm
from chatapp.services.llms import delete_llm, save_llm
from chatapp.services.query_requests import parsed


class LlmForm(forms.ModelForm):  # type: ignore[type-arg]  # only the stubs take one
    provider = forms.ChoiceField(choices=lambda: [(name, name) for name in Provider.registry])
    secret = SecretField()
    options = JSONField(required=False, help_text="Values of headers are written, never shown.")

    class Meta:
        model = Llm
        fields = (
            *("name", "description", "provider", "is_default", "enabled", "base_url", "secret"),
            *("upstream_name", "options", "context_window", "parameters", "capabilities"),
            "aliases",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if headers := self._stored_headers():
            masked = dict.fromkeys(headers, MASK)
            self.initial["options"] = {**self.instance.options, "headers": masked}

    def _stored_headers(self) -> dict[str, str]:
        return (self.instance.options or {}).get("headers") or {}

    def _get_validation_exclusions(self) -> set[str]:
        """There is one default, but the service makes room for a new one."""
        return {*super()._get_validation_exclusions(), "is_default"}  # type: ignore[misc]  # not in the stubs

    def clean_options(self) -> dict[str, Any]:
        """A mask that comes back stands for what is stored."""
        options: dict[str, Any] = self.cleaned_data["options"]
        try:
            headers = parsed(StreamOptions, options).headers
        except InvalidInput as exc:
            raise ValidationError(exc.message) from exc
        if not headers:
            return options
        stored = self._stored_headers()
        kept = {
            name: stored.get(name, "") if value == MASK else value
            for name, value in headers.items()
        }
        return {**options, "headers": kept}

    def clean_secret(self) -> str:
        # The stubs know a field only as one.
        return self.fields["secret"].kept_or_new(self, "secret")  # type: ignore[attr-defined,no-any-return]


@admin.register(Llm)
class LlmPage(Page):
    form = LlmForm
    list_display = ("name", "provider", "base_url", "context_window", "is_default", "enabled")
    list_filter = ("provider", "enabled")
    search_fields = ("name", "upstream_name")
    readonly_fields = ("key", "created_at", "updated_at")
    fieldsets = (
        ("General", {"fields": ("name", "description", "provider", "is_default", "enabled")}),
        ("Connection", {"fields": ("base_url", "secret", "upstream_name", "options")}),
        ("Behaviour", {"fields": ("context_window", "parameters", "capabilities", "aliases")}),
        ("Record", {"fields": ("key", "created_at", "updated_at")}),
    )

    def save_model(self, request: HttpRequest, obj: Llm, form: Any, change: bool) -> None:
        save_llm(llm=obj, actor=actor_of(request))

    def delete_model(self, request: HttpRequest, obj: Llm) -> None:
        delete_llm(llm=obj, actor=actor_of(request))
