"""Office formats of before 2007: LibreOffice makes today's format of them, which we can read."""

from collections.abc import Iterator
from typing import BinaryIO

from chatapp.convert.errors import ConversionError
from chatapp.convert.readers import office, sheets, slides, word
from chatapp.convert.values import Found, Reader
from chatapp.lib.filetypes import extension_of

_SUCCESSORS: dict[str, tuple[str, Reader]] = {
    "doc": ("docx", word.read),
    "rtf": ("docx", word.read),
    "ppt": ("pptx", slides.read),
    "xls": ("xlsx", sheets.read),
}


def read(source: BinaryIO, filename: str) -> Iterator[Found]:
    extension = extension_of(filename)
    if not office.is_installed():
        raise ConversionError(
            "unsupported_type",
            f"Reading .{extension} files needs LibreOffice, which is not installed here. "
            f"Save the document as .{_SUCCESSORS[extension][0]} and try again.",
        )
    target, reader = _SUCCESSORS[extension]
    with office.convert(source, extension, target).open("rb") as converted:
        yield from reader(converted, f"document.{target}")
