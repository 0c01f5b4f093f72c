"""One module a format. Each reads an open file and yields what it finds; `BY_MIME` is the list.

They run in the child process: nothing here knows of Django, of paths or of who asked.
"""

from importlib import import_module

from chatapp.convert.values import Reader
from chatapp.lib.filetypes import type_of

_BY_KIND = {
    "pdf": "pdf",
    "html": "html",
    "csv": "csvs",
    "json": "text",
    "text": "text",
    "code": "text",
    "markdown": "text",
    "image": "images",
}
_BY_EXTENSION = {
    "docx": "word",
    "docm": "word",
    "odt": "odt",
    "rtf": "rtf",
    "epub": "epub",
    "pptx": "slides",
    "pptm": "slides",
    "xlsx": "sheets",
    "xlsm": "sheets",
    "doc": "legacy",
    "ppt": "legacy",
    "xls": "legacy",
}
NEED_OFFICE = ("legacy", "rtf")
MAY_NEED_OCR = ("pdf", "images")


def module_for(mime: str) -> str | None:
    """The name of the module that reads this type, if any does."""
    entry = type_of(mime)
    if entry is None:
        return None
    return _BY_EXTENSION.get(entry.extensions[0]) or _BY_KIND.get(entry.kind)


def load(module: str) -> Reader:
    reader: Reader = import_module(f"{__name__}.{module}").read
    return reader
