"""What people send from pages, checked."""

from collections.abc import Mapping
from typing import Any

from django import forms

from chatapp.events.bodies import InputMessage, text_message


class MessageForm(forms.Form):
    """The composer's. `client_id` makes sending it twice send it once.

    `steers` lets it join the answer that is being made, if one is.
    """

    content = forms.CharField(strip=False, error_messages={"required": "Write a message first."})
    client_id = forms.CharField(required=False, max_length=100, empty_value=None)
    steers = forms.BooleanField(required=False)

    @property
    def body(self) -> InputMessage:
        return text_message(self.cleaned_data["content"].strip("\n"))

    @property
    def first_error(self) -> str:
        return next((str(errors[0]) for errors in self.errors.values()), "")


def metadata_fields(
    schema: Mapping[str, Any],
    values: Mapping[str, Any],
    errors: Mapping[str, str],
    *,
    at_start: bool = False,
) -> list[dict[str, Any]]:
    """The agent's metadata schema as rows of a form.

    Each has key, label, help, kind (text, textarea, number, checkbox, select, date, list),
    choices, value, required, read_only and error. `x-ask-at-start`, `x-read-only` and
    `x-hidden` in a property say where it appears and who may change it.
    """
    required = schema.get("required", [])
    fields = []
    for key, property_ in (schema.get("properties") or {}).items():
        if property_.get("x-hidden") or (at_start and not property_.get("x-ask-at-start")):
            continue
        fields.append(
            {
                "key": key,
                "name": f"metadata.{key}",
                "label": property_.get("title") or key.replace("_", " ").capitalize(),
                "help": property_.get("description", ""),
                "kind": _kind(property_),
                "choices": property_.get("enum", []),
                "value": values.get(key, property_.get("default", "")),
                "required": key in required,
                "read_only": bool(property_.get("x-read-only")),
                "error": errors.get(f"metadata.{key}", ""),
            }
        )
    return fields


def _kind(property_: Mapping[str, Any]) -> str:
    if "enum" in property_:
        return "select"
    match property_.get("type"):
        case "boolean":
            return "checkbox"
        case "integer" | "number":
            return "number"
        case "array":
            return "list"
    if property_.get("format") == "date":
        return "date"
    return "textarea" if property_.get("maxLength", 0) > 200 else "text"


def metadata_from(
    data: Mapping[str, Any], schema: Mapping[str, Any], before: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The values of the form's rows, with the types the schema says; others stay as they were."""
    metadata = dict(before or {})
    for key, property_ in (schema.get("properties") or {}).items():
        name = f"metadata.{key}"
        is_asked = before is None and property_.get("x-ask-at-start")
        is_fixed = property_.get("x-read-only") and not is_asked
        if property_.get("x-hidden") or (is_fixed and before is not None):
            continue
        if name in data and not is_fixed:
            value = _typed(str(data[name]), property_)
            if value is None:
                metadata.pop(key, None)
            else:
                metadata[key] = value
        elif before is None and "default" in property_:
            metadata[key] = property_["default"]
        elif f"{name}.shown" in data and property_.get("type") == "boolean":
            metadata[key] = False
    return metadata


def _typed(text: str, property_: Mapping[str, Any]) -> Any:
    """None for an empty field. Text that is no number stays text: the schema will refuse it."""
    kind = property_.get("type")
    if kind == "boolean":
        return text in {"on", "true", "1"}
    if not text.strip():
        return None
    if kind == "array":
        return [line.strip() for line in text.splitlines() if line.strip()]
    try:
        if kind == "integer":
            return int(text)
        if kind == "number":
            return float(text)
    except ValueError:
        return text
    return text
