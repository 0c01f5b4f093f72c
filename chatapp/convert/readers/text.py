"""Plain text, Markdown, JSON, XML and source code: as they are; code within a fence."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from chatapp.convert.readers.decoding import read_text, rest_of
from chatapp.convert.values import Found, Text, Title
from chatapp.lib.filetypes import extension_of, type_named

_HEADING = re.compile(r"\A\s*# +(.+)")
_TICKS = re.compile("`{3,}")


def read(source: BinaryIO, filename: str) -> Iterator[Found]:
    text = read_text(source)
    entry = type_named(filename)
    if entry and entry.kind in ("code", "json"):
        yield Text(fenced(text, extension_of(filename)))
    else:
        heading = _HEADING.match(text) if entry and entry.kind == "markdown" else None
        if heading:
            yield Title(heading[1].strip())
        yield Text(text)
    yield from rest_of(source)


def fenced(text: str, language: str) -> str:
    """In a fence longer than any the text itself has."""
    fence = "`" * max((len(ticks) + 1 for ticks in _TICKS.findall(text)), default=3)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"
