"""API keys: made, shown once, switched off."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.html import format_html

from chatapp.admin.json_fields import JSONField
from chatapp.admin.pages import Page, actor_of
from chatapp.models import ApiKey
from chatapp.services.api_keys import delete_key, set_key_enabled
from chatapp.services.users import create_api_key


class NewKeyForm(forms.ModelForm):  # type: ignore[type-arg]  # only the stubs take one
    corpus_keys = JSONField(required=False, blank=list, help_text="A list; empty means all.")

    class Meta:
        model = ApiKey
        fields = ("owner", "name", "role", "corpus_keys", "expires_at")


@admin.register(ApiKey)
class ApiKeyPage(Page):
    list_display = ("name", "prefix", "owner", "role", "enabled", "expires_at", "last_used_at")
    list_filter = ("role", "enabled")
    list_select_related = ("owner",)
    search_fields = ("name", "=prefix", "=owner__username")
    autocomplete_fields = ("owner",)
    _asked = ("owner", "name", "role", "corpus_keys", "expires_at")
    _fixed = ("owner", "name", "role", "corpus_keys", "prefix", "last_used_at", "created_at")

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        if obj is None:
            kwargs["form"] = NewKeyForm
        return super().get_form(request, obj, change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self._asked if obj is None else (*self._fixed, "expires_at", "enabled")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if obj is None else self._fixed

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        if change:
            obj.save(update_fields=["expires_at"])
            if "enabled" in form.changed_data:
                set_key_enabled(key=obj, enabled=obj.enabled, actor=actor_of(request))
            return
        made, secret = create_api_key(
            owner=obj.owner, name=obj.name, role=obj.role, corpus_keys=obj.corpus_keys
        )
        ApiKey.objects.filter(pk=made.pk).update(expires_at=obj.expires_at)
        obj.pk = made.pk
        text = "Copy the key now, it is not shown again: <code>{}</code>"
        messages.success(request, format_html(text, secret))

    def delete_model(self, request: HttpRequest, obj: ApiKey) -> None:
        delete_key(key=obj, actor=actor_of(request))
