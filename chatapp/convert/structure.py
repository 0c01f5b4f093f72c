"""Markdown as a structured document, in the shape that documents of a corpus have.

A page, slide or sheet is a section, and headings are sections within it; a document without
such marks has its headings alone.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from chatapp.lib.page_marks import location_of

_HEADING = re.compile(r"(#{1,6}) +(.+)")
_FENCE = re.compile(r" {0,3}(?:```|~~~)")
# What comes before any heading or mark has no sections within it.
_INNERMOST = 7
_Section = dict[str, Any]


@dataclass
class _Part:
    """The lines below one heading, or below a mark, whose level is 0."""

    level: int
    title: str
    place: dict[str, str | int]
    lines: list[str] = field(default_factory=list)


def structured_document(markdown: str, *, title: str | None, key: str) -> dict[str, Any]:
    document = {"type": "structured", "id": key, "sections": _nested(_parts(markdown))}
    return document | ({"title": title} if title else {})


def _parts(markdown: str) -> Iterator[_Part]:
    part = _Part(_INNERMOST, "", {})
    fenced = False
    for line in markdown.splitlines():
        location, heading = location_of(line), _HEADING.fullmatch(line)
        if _FENCE.match(line):
            fenced = not fenced
        if fenced or not (location or heading):
            part.lines.append(line)
            continue
        yield part
        if location:
            part = _Part(0, location, _place(location))
        elif heading:
            part = _Part(len(heading[1]), heading[2].strip(), part.place)
    yield part


def _place(location: str) -> dict[str, str | int]:
    kind, _, label = location.partition(" ")
    return {kind: int(label) if label.isdecimal() and kind != "sheet" else label}


def _nested(parts: Iterator[_Part]) -> list[_Section]:
    top: list[_Section] = []
    # Where the next section goes, by the level of the one that is open there.
    open_at: list[tuple[int, list[_Section]]] = [(-1, top)]
    ids = count(1)
    for part in parts:
        text = "\n".join(part.lines).strip()
        if not text and not part.title:
            continue
        inner: list[_Section] = []
        section = {
            "id": next(ids),
            "title": part.title,
            "text": text,
            "metadata": part.place,
            "sections": inner,
        }
        while open_at[-1][0] >= part.level:
            open_at.pop()
        open_at[-1][1].append(section)
        open_at.append((part.level, inner))
    return top
