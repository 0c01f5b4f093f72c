"""Cuts Markdown or plain text into passages: pieces small enough to quote and to compare.

A passage never crosses a heading or a page, keeps a table's header with its rows, and knows where
it stands. Knows no document formats and no index.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from chatapp.lib.page_marks import location_of
from chatapp.search.sentences import sentences

LONGEST_PASSAGE = 900
GOOD_LENGTH = 400
LONGEST_HEADING = 200

_HEADING = re.compile(r"(#{1,6})\s+(.*)")
_RULE = re.compile(r"\|?\s*:?-{3,}:?\s*(?:\|\s*:?-{3,}:?\s*)*\|?$")
_LIST_ITEM = re.compile(r"[-*+•–] |\d{1,3}[.)] ")
_FENCE = re.compile(r"\s*(```|~~~)")


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a text. `heading` is the nearest one above; `start_line` counts from 1."""

    text: str
    location: str = ""
    heading: str = ""
    start_line: int = 1

    @property
    def is_table(self) -> bool:
        return self.text.startswith("|")

    @property
    def full_text(self) -> str:
        """What is compared: a passage is often only understood with its heading."""
        return f"{self.heading}\n{self.text}" if self.heading else self.text


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the text, with its depth (1 is the highest)."""

    title: str
    level: int
    location: str
    line: int


def split(text: str, *, longest: int = LONGEST_PASSAGE) -> list[Passage]:
    """Cut a text into passages, in order."""
    return list(_merged(_pieces(_blocks(text), longest), min(GOOD_LENGTH, longest)))


def headings(text: str) -> list[Heading]:
    """The headings of a Markdown text, in order."""
    found: list[Heading] = []
    location = ""
    fenced = False
    for number, line in enumerate(text.splitlines(), start=1):
        fenced ^= bool(_FENCE.match(line))
        location = location_of(line) or location
        match = None if fenced else _HEADING.match(line)
        if match and (title := _title(match[2])):
            found.append(Heading(title, len(match[1]), location, number))
    return found


def _title(heading: str) -> str:
    return plain(heading[:LONGEST_HEADING].rstrip("# "))


def plain(markdown: str) -> str:
    """A line of Markdown without its marks of emphasis, code and links."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", markdown)
    text = re.sub(r"(\*\*|__|`)(.+?)\1", r"\2", text)
    return re.sub(r"\\([\\`*_{}\[\]()#+.!|-])", r"\1", text).strip()


def _blocks(text: str) -> Iterator[Passage]:
    """Paragraphs, lists, tables and code, each with its heading and page."""
    lines: list[str] = []
    place = Passage("")
    fenced = False

    def block() -> Iterator[Passage]:
        if content := "\n".join(lines).strip("\n"):
            yield replace(place, text=content)
        lines.clear()

    for number, line in enumerate(text.splitlines(), start=1):
        fence = bool(_FENCE.match(line))
        mark = None if fenced else location_of(line)
        heading = None if fenced else _HEADING.match(line)
        if mark or heading or not (line.strip() or fenced) or _changes_kind(lines, line, fenced):
            yield from block()
        if mark:
            place = replace(place, location=mark)
        elif heading:
            place = replace(place, heading=_title(heading[2]))
        elif line.strip() or fenced:
            if not lines:
                place = replace(place, start_line=number)
            lines.append(line.rstrip())
        fenced ^= fence
    yield from block()


def _changes_kind(lines: list[str], line: str, fenced: bool) -> bool:
    """Does a table begin or end here, without an empty line between?"""
    if fenced or not lines:
        return False
    return lines[-1].lstrip().startswith("|") != line.lstrip().startswith("|")


def _pieces(blocks: Iterable[Passage], longest: int) -> Iterator[Passage]:
    for block in blocks:
        if len(block.text) <= longest:
            yield block
        elif block.is_table:
            yield from _table_pieces(block, longest)
        else:
            yield from _prose_pieces(block, longest)


def _table_pieces(block: Passage, longest: int) -> Iterator[Passage]:
    """Cut between rows and give each piece the header."""
    header, rows = table_parts(block.text.splitlines())
    room = max(longest - sum(len(row) + 1 for row in header), longest // 3)
    first = block.start_line + len(header)
    for start, end in _runs([len(row[:longest]) + 1 for row in rows], room):
        text = "\n".join([*header, *(row[:longest] for row in rows[start:end])])
        yield replace(block, text=text, start_line=first + start)


def table_parts(lines: list[str]) -> tuple[list[str], list[str]]:
    """The header of a Markdown table (with its rule, if it has one) and its rows."""
    ruled = len(lines) > 1 and _RULE.match(lines[1].strip()) is not None
    head = 2 if ruled else 0
    return lines[:head], lines[head:]


def _prose_pieces(block: Passage, longest: int) -> Iterator[Passage]:
    parts = sentences(block.text)
    lines_per_part = block.text.count("\n") / max(len(parts), 1)
    for start, end in _runs([len(part) + 1 for part in parts], longest):
        yield replace(
            block,
            text=_rejoined(parts[start:end]),
            start_line=block.start_line + int(start * lines_per_part),
        )


def _rejoined(parts: list[str]) -> str:
    """List items on lines of their own, prose in one line."""
    text = ""
    for part in parts:
        text += ("\n" if _LIST_ITEM.match(part) else " ") + part
    return text.strip()


def _runs(sizes: list[int], room: int) -> Iterator[tuple[int, int]]:
    """Group neighbours so that each group fits the room."""
    start = used = 0
    for index, size in enumerate(sizes):
        if index > start and used + size > room:
            yield start, index
            start, used = index, 0
        used += size
    if start < len(sizes):
        yield start, len(sizes)


def _merged(pieces: Iterable[Passage], longest: int) -> Iterator[Passage]:
    """Join short neighbours under one heading: a lone line says too little to be found by."""
    last: Passage | None = None
    for piece in pieces:
        if last and _belong_together(last, piece, longest):
            last = replace(last, text=f"{last.text}\n\n{piece.text}")
            continue
        if last:
            yield last
        last = piece
    if last:
        yield last


def _belong_together(one: Passage, other: Passage, longest: int) -> bool:
    """A list goes with the words that announce it, not with any paragraph before it."""
    if (one.heading, one.location) != (other.heading, other.location):
        return False
    if one.is_table or other.is_table or len(one.text) + len(other.text) + 2 > longest:
        return False
    return one.text.endswith(":") or _is_list(one) == _is_list(other)


def _is_list(passage: Passage) -> bool:
    return bool(_LIST_ITEM.match(passage.text))
