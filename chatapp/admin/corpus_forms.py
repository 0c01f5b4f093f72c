"""The forms of corpora: what one is, which files to add, and what to try on it."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from chatapp.admin.json_fields import JSONField
from chatapp.errors import InvalidInput
from chatapp.models import Corpus
from chatapp.services.corpora import AttributeRequest, Attributes
from chatapp.services.query_requests import MAX_FILTER, MAX_QUERY, parsed


class CorpusForm(forms.ModelForm):  # type: ignore[type-arg]  # only the stubs take one
    filter_attributes = JSONField(
        required=False,
        blank=list,
        help_text=(
            "What filters may name, as a list of objects with name, level (document or part), "
            "type (text, integer, real_number, boolean, list[text] …) and protected."
        ),
    )

    class Meta:
        model = Corpus
        fields = ("name", "key", "description", "enabled", "save_history", "groups")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        attributes = self.instance.filter_attributes.all() if self.instance.pk else ()
        self.initial["filter_attributes"] = [
            {name: getattr(one, name) for name in ("name", "level", "type", "protected")}
            for one in attributes
        ]

    def clean_filter_attributes(self) -> list[AttributeRequest]:
        given = self.cleaned_data["filter_attributes"]
        try:
            return parsed(Attributes, {"filter_attributes": given}).filter_attributes
        except InvalidInput as exc:
            raise ValidationError(exc.message) from exc


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(file, initial) for file in files]


class UploadForm(forms.Form):
    documents = FilesField(help_text="PDF, Word, PowerPoint, Excel, HTML, Markdown, text …")
    metadata = JSONField(required=False, initial=dict, help_text="Metadata that all of them get.")


def _wide() -> forms.TextInput:
    return forms.TextInput(attrs={"class": "vLargeTextField"})


class TryForm(forms.Form):
    query = forms.CharField(max_length=MAX_QUERY, widget=_wide())
    metadata_filter = forms.CharField(
        max_length=MAX_FILTER,
        required=False,
        widget=_wide(),
        label="Filter",
        help_text="As in: doc.access_level = 'public' AND part.page < 10",
    )
    lexical_interpolation = forms.FloatField(
        min_value=0,
        max_value=1,
        required=False,
        label="Words",
        help_text="0 is meaning alone, 1 words alone; empty is the default.",
    )
