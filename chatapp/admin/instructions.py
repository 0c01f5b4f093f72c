"""Shared instructions; each save is a version."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse

from chatapp.admin.pages import Page, actor_of, warn
from chatapp.errors import InvalidInput
from chatapp.models import Instruction, InstructionVersion
from chatapp.services.agent_checks import check_template
from chatapp.services.instructions import (
    create_instruction,
    delete_instruction,
    update_instruction,
)
from chatapp.services.template_notices import instruction_notices


class InstructionForm(forms.ModelForm):  # type: ignore[type-arg]  # only the stubs take one
    template = forms.CharField(
        strip=False,
        max_length=65_536,
        widget=forms.Textarea(
            attrs={"rows": 16, "class": "template-text", "spellcheck": "false", "data-template": ""}
        ),
    )

    class Meta:
        model = Instruction
        fields = ("name", "description", "enabled", "metadata")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        latest = self.instance.version() if self.instance.pk else None
        self.initial["template"] = latest.template if latest else ""

    def clean_template(self) -> str:
        template: str = self.cleaned_data["template"].replace("\r\n", "\n")
        try:
            check_template(template, "template")
        except InvalidInput as exc:
            raise ValidationError(exc.message) from exc
        return template


class InstructionVersions(admin.TabularInline):  # type: ignore[type-arg]  # only the stubs take two
    model = InstructionVersion
    extra = 0
    max_num = 0
    can_delete = False
    fields = ("number", "author", "created_at", "template")
    readonly_fields = fields
    verbose_name_plural = "Versions"


@admin.register(Instruction)
class InstructionPage(Page):
    form = InstructionForm
    change_form_template = "admin/chatapp/agent/change_form.html"
    inlines = (InstructionVersions,)
    list_display = ("name", "key", "enabled", "updated_at")
    list_filter = ("enabled",)
    search_fields = ("name", "key", "description")
    fieldsets = (
        ("General", {"fields": ("name", "description", "enabled")}),
        ("Instructions", {"fields": ("template",)}),
        ("Metadata", {"fields": ("metadata",)}),
    )

    def save_model(self, request: HttpRequest, obj: Instruction, form: Any, change: bool) -> None:
        names = ("name", "description", "enabled", "metadata", "template")
        values = {name: form.cleaned_data[name] for name in names}
        if change:
            update_instruction(key=obj.key, author=actor_of(request), changes=values)
        else:
            obj.pk = create_instruction(author=actor_of(request), **values).instruction_id
        warn(request, instruction_notices(obj, values["template"]))

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        instruction = context.get("original")
        if instruction and (latest := instruction.version()):
            context["notices"] = instruction_notices(instruction, latest.template)
        return super().render_change_form(request, context, *args, **kwargs)

    def delete_model(self, request: HttpRequest, obj: Instruction) -> None:
        delete_instruction(key=obj.key, actor=actor_of(request))
