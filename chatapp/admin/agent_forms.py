"""The form of an agent. It is checked by the same rules as an agent that comes over the API."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from chatapp.admin.json_fields import JSONField
from chatapp.errors import InvalidInput
from chatapp.models import Agent
from chatapp.services.agent_checks import check_agent
from chatapp.services.agent_drafts import as_draft, parse_draft

_JSON = (
    *("model", "steps", "tool_configurations", "skills", "compaction", "tool_output_offloading"),
    *("metadata", "metadata_schema", "starters"),
)


class AgentForm(forms.ModelForm):  # type: ignore[type-arg]  # only the stubs take one
    """`instructions` is the first step's own text, taken out of `steps` to be read and written."""

    instructions = forms.CharField(
        required=False,
        strip=False,
        max_length=65_536,
        widget=forms.Textarea(
            attrs={"rows": 16, "class": "template-text", "spellcheck": "false", "data-template": ""}
        ),
        help_text="What the agent is told first, in Velocity: $session.metadata.language, #if …",
    )
    starters = JSONField(required=False, blank=list, help_text="A list of up to four sentences.")
    note = forms.CharField(max_length=200, help_text="One line on what you have changed.")

    class Meta:
        model = Agent
        fields = (
            *("name", "key", "description", "enabled", "show_thinking", "first_step_name"),
            *(*_JSON, "groups"),
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "key" in self.fields:
            self.fields["key"].required = False
            self.fields["key"].help_text = "Empty makes one from the name."
        self.initial["instructions"] = _first_text(self.instance)
        if not self.instance.pk:
            self.initial.update(model={"name": "default"}, note="Created", steps=_new_steps())

    def clean_key(self) -> str:
        return self.cleaned_data["key"] or self.instance.key or ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        if "instructions" in self.changed_data:
            cleaned["steps"] = self._with_instructions(cleaned)
        before = as_draft(self.instance) if self.instance.pk else {}
        try:
            draft = parse_draft(self._draft(cleaned))
            columns = draft.columns()
            check_agent(columns, before)
        except InvalidInput as exc:
            self._tell(exc)
            return cleaned
        return {**cleaned, **columns}

    def _draft(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        fields = ("name", "description", "first_step_name", "enabled", *_JSON)
        # An empty object in a column is what the wire leaves out.
        return {name: cleaned[name] for name in fields if cleaned[name] not in (None, {}, "")}

    def _with_instructions(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        """The steps with the text put where it came from. Raises ValidationError."""
        steps, name = cleaned["steps"], cleaned["first_step_name"]
        step = steps.get(name) if isinstance(steps, dict) else None
        if not isinstance(step, dict):
            raise ValidationError(
                {"first_step_name": f"There is no step {name!r} among the steps."}
            )
        entries = step.get("instructions") or []
        if not isinstance(entries, list):
            raise ValidationError({"steps": f"The instructions of {name!r} are no list."})
        others = [entry for entry in entries if not _is_inline(entry)]
        inline = [entry for entry in entries if _is_inline(entry)]
        first = {"type": "inline", "name": "main", "template_type": "velocity", "enabled": True}
        first = {**(inline[0] if inline else first), "template": cleaned["instructions"]}
        kept = [first] if cleaned["instructions"].strip() else []
        return {**steps, name: {**step, "instructions": [*kept, *inline[1:], *others]}}

    def _tell(self, error: InvalidInput) -> None:
        """Each message at the field it is about."""
        for place, message in error.field_errors.items() or [("", error.message)]:
            field = place.split(".")[0]
            if ".instructions.0." in place and "instructions" in self.changed_data:
                field = "instructions"
            text = f"{place}: {message}" if "." in place else message
            self.add_error(field if field in self.fields else None, text)


def _is_inline(entry: Any) -> bool:
    return isinstance(entry, dict) and entry.get("type") == "inline"


def _first_text(agent: Agent) -> str:
    for entry in agent.first_step.get("instructions") or []:
        if _is_inline(entry):
            return str(entry.get("template", ""))
    return ""


def _new_steps() -> dict[str, Any]:
    return {"main": {"output_parser": {"type": "default"}}}
