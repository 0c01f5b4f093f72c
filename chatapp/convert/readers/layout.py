"""Runs of text placed on a page, as Markdown: columns, tables, headings, lists, paragraphs.

Pure geometry. Knows nothing of PDF; `y` grows upwards, as it does there.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from chatapp.convert.readers.bidi import has_rtl
from chatapp.convert.tables import markdown_table


@dataclass(frozen=True, slots=True)
class Run:
    """Characters that stand together on one line."""

    text: str
    x0: float
    x1: float
    y0: float
    y1: float
    size: float
    bold: bool = False

    @property
    def middle(self) -> float:
        return (self.y0 + self.y1) / 2


@dataclass(frozen=True)
class Styles:
    """Which sizes of this document are headings, largest first."""

    body: float
    headings: tuple[float, ...]

    def level(self, run: Run) -> int:
        """1 to 6, or 0 for body text, which what has a bullet always is."""
        if _BULLET.match(run.text):
            return 0
        for level, size in enumerate(self.headings, start=1):
            if run.size > size - 0.6:
                return level
        is_label = run.bold and len(run.text) < 80 and not run.text.endswith((".", ",", ";"))
        return min(len(self.headings) + 1, 6) if is_label and run.size >= self.body - 0.6 else 0


Row = list[Run]

_MAX_HEADING_LEVELS = 4
_LONG_LINE = 40
_BULLET = re.compile("([•◦▪▫●○■□‣⁃·➢✓\uf0b7\uf0a7\uf0d8\uf076]|[–*-](?=\\s)|o(?=\\s))\\s*")
_NUMBER = re.compile(r"(\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,5})[.)])\s+")
_LONE_MARKER = re.compile("[•◦▪▫●○■□‣⁃·➢✓\uf0b7\uf0a7\uf0d8\uf076–*-]|o|\\(?(?:\\d{1,3}|[a-z])[.)]")
# The dots between a heading and its page in a table of contents.
_LEADER = re.compile(r"(?:\s*\.){4,}\s*")
_CJK = re.compile("[\u3000-\u30ff\u3400-\u9fff\uac00-\ud7af\uff00-\uffef]")


def styles_of(runs: Sequence[Run]) -> Styles:
    """The size that prose has is body text; the clearly larger ones are headings."""
    sizes = sorted((round(run.size * 2) / 2, len(run.text)) for run in runs)
    prose = [(size, length) for size, length in sizes if length >= _LONG_LINE]
    # Slides have no prose: there the titles may outweigh every other size.
    body = _median(prose if sum(length for _, length in prose) > 5 * _LONG_LINE else sizes)
    headings: list[float] = []
    for size in sorted({size for size, _ in sizes if size > body * 1.12}, reverse=True):
        if not headings or headings[-1] - size > 0.6:
            headings.append(size)
    return Styles(body, tuple(headings[:_MAX_HEADING_LEVELS]))


def _median(sizes: Sequence[tuple[float, int]]) -> float:
    """The size of the middle one of all characters."""
    half = sum(length for _, length in sizes) / 2
    for size, length in sizes:
        half -= length
        if half <= 0:
            return size
    return 12.0


def to_markdown(runs: Sequence[Run], styles: Styles) -> str:
    return "\n\n".join(filter(None, _region(list(runs), styles)))


def _region(runs: list[Run], styles: Styles) -> Iterator[str]:
    """Column after column where text is set in columns, else from top to bottom."""
    gutter = _gutter(runs)
    if gutter is None:
        yield from _blocks(_rows(runs), styles)
        return
    for band in _bands(runs, gutter):
        left = [run for run in band if run.x1 <= gutter]
        right = [run for run in band if run.x0 >= gutter]
        spanning = [run for run in band if run.x0 < gutter < run.x1]
        yield from _blocks(_rows(spanning), styles)
        yield from _region(left, styles)
        yield from _region(right, styles)


def _gutter(runs: list[Run]) -> float | None:
    """Where a page of prose parts into columns: few runs cross it, full lines on either side."""
    if len(runs) < 10:
        return None
    left, right = min(run.x0 for run in runs), max(run.x1 for run in runs)
    width = right - left
    edges = sorted({round(run.x0) for run in runs if 0.2 < (run.x0 - left) / width < 0.8})
    best = min(edges, key=lambda x: sum(run.x0 < x - 2 < run.x1 for run in runs), default=None)
    if best is None:
        return None
    gutter = best - 2.0
    crossing = sum(run.x0 < gutter < run.x1 for run in runs)
    sides = [run for run in runs if run.x1 <= gutter], [run for run in runs if run.x0 >= gutter]
    fits = crossing <= 0.35 * len(runs) and all(_is_prose(side) for side in sides)
    return gutter if fits and _overlap(*sides) else None


def _is_prose(runs: list[Run]) -> bool:
    """Lines that are mostly long, and mostly as wide as their column."""
    if len(runs) < 4:
        return False
    width = max(run.x1 for run in runs) - min(run.x0 for run in runs)
    filled = sum(run.x1 - run.x0 for run in runs) / len(runs)
    return filled > 0.55 * width and sum(len(run.text) for run in runs) / len(runs) >= 18


def _overlap(left: list[Run], right: list[Run]) -> bool:
    """Whether the columns stand beside each other, not one below the other."""
    top = min(max(run.y1 for run in side) for side in (left, right))
    bottom = max(min(run.y0 for run in side) for side in (left, right))
    return top > bottom


def _bands(runs: list[Run], gutter: float) -> Iterator[list[Run]]:
    """What spans both columns parts the page: read all above it before, all below it after."""
    spanning = sorted((run for run in runs if run.x0 < gutter < run.x1), key=lambda run: -run.y1)
    rest = sorted(
        (run for run in runs if not run.x0 < gutter < run.x1), key=lambda run: -run.middle
    )
    band: list[Run] = []
    for run in spanning:
        above = [other for other in rest if other.middle > run.middle]
        if above:
            yield band + above
            band = []
            rest = rest[len(above) :]
        band.append(run)
    yield band + rest


def _rows(runs: list[Run]) -> list[Row]:
    """Runs on one line, from left to right; lines from top to bottom."""
    rows: list[Row] = []
    for run in sorted(runs, key=lambda run: -run.middle):
        if rows and rows[-1][0].y0 < run.middle < rows[-1][0].y1:
            rows[-1].append(run)
        else:
            rows.append([run])
    return [_with_markers(sorted(row, key=lambda run: run.x0)) for row in rows]


def _with_markers(row: Row) -> Row:
    """A bullet or number that stands apart belongs to what it points at."""
    first, *others = row
    if not others or not _LONE_MARKER.fullmatch(first.text):
        return row
    if others[0].x0 - first.x1 > 5 * first.size:
        return row
    joined = replace(others[0], text=f"{first.text} {others[0].text}", x0=first.x0)
    return [joined, *others[1:]]


def _blocks(rows: list[Row], styles: Styles) -> Iterator[str]:
    lines: list[Run] = []
    at = 0
    while at < len(rows):
        table = _table_at(rows, at)
        if len(table) < 2:
            lines.append(_joined(rows[at]))
            at += 1
            continue
        yield from _paragraphs(lines, styles)
        lines = []
        yield markdown_table(_cells(table))
        at += len(table)
    yield from _paragraphs(lines, styles)


def _joined(row: Row) -> Run:
    first, last = row[0], row[-1]
    ordered = reversed(row) if all(has_rtl(run.text) for run in row) else row
    return replace(first, text=" ".join(run.text for run in ordered), x1=last.x1)


def _table_at(rows: list[Row], start: int) -> list[Row]:
    """The rows from here on whose runs stand in the same columns; at least two have several."""
    if len(rows[start]) < 2:
        return []
    columns = [(run.x0, run.x1) for run in rows[start]]
    end, several = start + 1, 1
    for at in range(start + 1, len(rows)):
        above, row = rows[at - 1][0], rows[at]
        if above.y0 - row[0].y1 > 1.6 * above.size or not _fits(row, columns):
            break
        columns = _grown(columns, row)
        if len(row) > 1:
            end, several = at + 1, several + 1
    return rows[start:end] if several > 1 else []


def _fits(row: Row, columns: list[tuple[float, float]]) -> bool:
    """A line of its own across columns ends a table; a merged cell beside others does not."""
    across = [sum(run.x0 < right and left < run.x1 for left, right in columns) for run in row]
    return len(row) > 1 or across[0] == 1


def _grown(columns: list[tuple[float, float]], row: Row) -> list[tuple[float, float]]:
    for run in row:
        met = [place for place in columns if run.x0 < place[1] and place[0] < run.x1]
        if len(met) <= 1:
            rest = [place for place in columns if place not in met]
            left = min([run.x0, *(place[0] for place in met)])
            right = max([run.x1, *(place[1] for place in met)])
            columns = sorted([*rest, (left, right)])
    return columns


def _cells(table: list[Row]) -> list[list[str]]:
    columns: list[tuple[float, float]] = []
    for row in table:
        columns = _grown(columns, row)
    grid: list[list[str]] = []
    for above, row in pairwise([[], *table]):
        cells = [""] * len(columns)
        for run in row:
            place = next(n for n, (_, right) in enumerate(columns) if run.x0 < right)
            cells[place] = f"{cells[place]} {run.text}".strip()
        if grid and not cells[0] and above[0].y0 - row[0].y1 < 0.35 * row[0].size:
            grid[-1] = [f"{a} {b}".strip() for a, b in zip(grid[-1], cells, strict=True)]
        else:
            grid.append(cells)
    return grid


def _paragraphs(lines: list[Run], styles: Styles) -> Iterator[str]:
    if not lines:
        return
    left, right = min(line.x0 for line in lines), max(line.x1 for line in lines)
    groups: list[list[Run]] = []
    for line in lines:
        if groups and _continues(groups[-1], line, (left, right), styles):
            groups[-1].append(line)
        else:
            groups.append([line])
    items: list[Run] = []
    for group in groups:
        paragraph = _flowed(group)
        if _is_item(paragraph.text) and not styles.level(paragraph):
            items.append(paragraph)
            continue
        yield _list(items)
        items = []
        level = styles.level(paragraph)
        yield f"{'#' * level} {paragraph.text}" if level else paragraph.text
    yield _list(items)


def _continues(group: list[Run], line: Run, edges: tuple[float, float], styles: Styles) -> bool:
    """Whether a line goes on with the paragraph, rather than begin one."""
    last = group[-1]
    if styles.level(last) != styles.level(line) or last.y0 - line.y0 > 1.7 * max(last.size, 1):
        return False
    if _is_item(line.text) or _LEADER.search(last.text):
        return False
    if styles.level(line):
        return abs(last.size - line.size) < 0.6
    if _is_item(group[0].text) and line.x0 <= group[0].x0 + 1:
        return False
    left, right = edges
    reach = right - last.x0 if has_rtl(last.text[:10]) else last.x1 - left
    return reach > 0.7 * (right - left)


def _flowed(group: list[Run]) -> Run:
    text = group[0].text
    for line in group[1:]:
        text = _continued(text, line.text)
    text = _LEADER.sub(" … ", text)
    return replace(group[0], text=text, bold=all(line.bold for line in group))


def _continued(text: str, line: str) -> str:
    if text.endswith(("-", "\u00ad")) and text[-2:-1].isalpha() and line[:1].islower():
        return text[:-1] + line
    glued = _CJK.match(text[-1:]) and _CJK.match(line[:1])
    return text + line if glued else f"{text} {line}"


def _is_item(text: str) -> bool:
    return bool(_BULLET.match(text) or _NUMBER.match(text))


def _list(items: list[Run]) -> str:
    """Levels by how far an item is indented."""
    stops: list[float] = []
    lines: list[str] = []
    for item in items:
        while stops and item.x0 < stops[-1] - 2:
            stops.pop()
        if not stops or item.x0 > stops[-1] + 2:
            stops.append(item.x0)
        indent = "  " * (len(stops) - 1)
        lines.append(indent + _BULLET.sub("- ", item.text, count=1))
    return "\n".join(lines)
