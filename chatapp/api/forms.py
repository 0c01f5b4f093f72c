"""Multipart forms that bring files into a session."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from chatapp.errors import InvalidInput, UnsupportedType

_TRUE, _FALSE = {"true", "1"}, {"false", "0", ""}


@dataclass(frozen=True, slots=True)
class UploadForm:
    """Files, and perhaps a message to go with them."""

    files: list[Any]
    message: str
    stream_response: bool


def is_form(request: HttpRequest) -> bool:
    return request.content_type == "multipart/form-data"


def read_form(request: HttpRequest) -> UploadForm:
    """Files are the parts named `files` or `file`, whatever else they say of themselves."""
    if not is_form(request):
        raise UnsupportedType("Send files as multipart/form-data.")
    stream = request.POST.get("stream_response", "").strip().lower()
    if stream not in _TRUE | _FALSE:
        raise InvalidInput(
            "stream_response must be true or false.", {"stream_response": "true or false."}
        )
    files = [*request.FILES.getlist("files"), *request.FILES.getlist("file")]
    return UploadForm(files, request.POST.get("message", ""), stream in _TRUE)
