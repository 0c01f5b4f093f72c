"""JSON in admin forms: pretty when shown, and told by line and column when it is wrong."""

import json
from collections.abc import Callable
from typing import Any, NoReturn

from django import forms
from django.core.exceptions import ValidationError
from django.forms.fields import InvalidJSONInput
from django.utils.translation import gettext_lazy as _

_FEWEST_ROWS, _MOST_ROWS = 3, 28
_DEEPEST = 50
_NO_LIST, _NO_OBJECT = _("Not a JSON list."), _("Not a JSON object.")


class JSONText(forms.Textarea):
    """A monospaced text area as high as its text. `static/js/admin.js` marks the wrong line."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        lines = str(value or "").count("\n") + 1
        rows = min(max(lines, _FEWEST_ROWS), _MOST_ROWS)
        extra = {"rows": rows, "class": "json-text", "spellcheck": "false", "data-json": ""}
        return super().get_context(name, value, {**extra, **(attrs or {})})


class JSONField(forms.JSONField):
    """`blank` makes the value of an empty text, and its kind is that of every value."""

    def __init__(self, *, blank: Callable[[], Any] = dict, **kwargs: Any) -> None:
        if callable(kwargs.get("initial")):
            blank = kwargs["initial"]
        kwargs |= {"widget": JSONText, "show_hidden_initial": False}
        super().__init__(**kwargs)
        self._blank = blank

    def bound_data(self, data: Any, initial: Any) -> Any:
        """A form that comes back shows what was typed, as it was typed."""
        return initial if self.disabled else InvalidJSONInput(data or "")

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, InvalidJSONInput):
            return value
        return json.dumps(value, indent=2, ensure_ascii=False)

    def to_python(self, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        if not value.strip():
            return self._blank()
        try:
            parsed = json.loads(value, parse_constant=_no_constant)
        except json.JSONDecodeError as exc:
            raise ValidationError(
                _("Line %(line)d, column %(column)d: %(problem)s."),
                params={"line": exc.lineno, "column": exc.colno, "problem": exc.msg},
            ) from exc
        except RecursionError as exc:
            raise ValidationError(_("Nested too deeply.")) from exc
        if _depth(parsed) > _DEEPEST:
            raise ValidationError(_("Nested too deeply."))
        if "\\u0000" in json.dumps(parsed):
            raise ValidationError(_("No text may hold the character U+0000."))
        if not isinstance(parsed, type(self._blank())):
            raise ValidationError(_NO_LIST if self._blank() == [] else _NO_OBJECT)
        return parsed


def _no_constant(name: str) -> NoReturn:
    raise ValidationError(_("%(name)s is no JSON."), params={"name": name})


def _depth(value: Any, level: int = 1) -> int:
    if level > _DEEPEST or not isinstance(value, dict | list):
        return level
    children = value.values() if isinstance(value, dict) else value
    return max((_depth(child, level + 1) for child in children), default=level)
