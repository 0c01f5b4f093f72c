"""Bytes to text, when nobody says in which code they are."""

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO

from chatapp.convert.values import CutShort

# More than what is ever passed on, in the widest of encodings.
MAX_BYTES = 16 * 1024 * 1024
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_META = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.I)
_XML = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']""", re.I)


def read_text(source: BinaryIO) -> str:
    return decode(source.read(MAX_BYTES))


def rest_of(source: BinaryIO) -> Iterator[CutShort]:
    """Says so if there was more than we read."""
    if source.read(1):
        yield CutShort(f"Only the first {MAX_BYTES >> 20} MB of this file were read.")


def decode(data: bytes, declared: str = "") -> str:
    """By its byte order mark, as declared, as UTF-8, and at last as Windows reads it."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return codecs.getincrementaldecoder(encoding)("replace").decode(data)
    for encoding in filter(None, (declared, "utf-8")):
        text = _strictly(data, encoding)
        if text is not None:
            return text
    # The five bytes that Windows-1252 leaves open are rare enough to be lost.
    return data.decode("cp1252", "replace")


def decode_html(data: bytes) -> str:
    declared = _META.search(data[:4096]) or _XML.search(data[:200])
    return decode(data, declared[1].decode("ascii") if declared else "")


def _strictly(data: bytes, encoding: str) -> str | None:
    """The data may end within a character: it may be the beginning of a longer file."""
    try:
        if _is_text_encoding(encoding):
            return codecs.getincrementaldecoder(encoding)().decode(data)
    except UnicodeError:
        pass
    return None


def _is_text_encoding(name: str) -> bool:
    """Not `zip`, `hex` and others that Python calls encodings too."""
    try:
        return "".encode(name) is not None
    except LookupError:
        return False
