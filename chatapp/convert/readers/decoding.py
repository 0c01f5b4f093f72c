"""Bytes to text, when nobody says in which code they are."""

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_META = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.I)
_XML = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']""", re.I)


def decode(data: bytes, declared: str = "") -> str:
    """By its byte order mark, as declared, as UTF-8, and at last as Windows reads it."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data.decode(encoding, "replace")
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
    try:
        return codecs.decode(data, encoding) if _is_text_encoding(encoding) else None
    except UnicodeError:
        return None


def _is_text_encoding(name: str) -> bool:
    """Not `zip`, `hex` and others that Python calls encodings too."""
    try:
        return "".encode(name) is not None
    except LookupError:
        return False
