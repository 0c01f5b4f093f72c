"""A secret in a form: the page says whether there is one, and never what it is."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

MASK = "••••••••"


class SecretField(forms.CharField):
    """Empty leaves the secret as it is, a single dash removes it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            required=False,
            widget=forms.PasswordInput(
                render_value=False, attrs={"autocomplete": "off", "class": "vTextField"}
            ),
            help_text=_("Written, never shown. Empty keeps what is stored; a single - removes it."),
            **kwargs,
        )

    def kept_or_new(self, form: Any, name: str) -> str:
        """What to store. The mask, sent back, changes nothing."""
        given = form.cleaned_data.get(name) or ""
        if given in ("", MASK):
            return str(getattr(form.instance, name) or "")
        return "" if given == "-" else str(given)
