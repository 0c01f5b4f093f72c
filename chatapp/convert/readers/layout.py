"""Runs of text placed on a page, as Markdown: column by column, table by table, line by line."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from chatapp.convert.readers.bidi import has_rtl
from chatapp.convert.readers.columns import bands, gutter_of
from chatapp.convert.readers.grids import Row, cells_of, table_at
from chatapp.convert.readers.paragraphs import paragraphs_of
from chatapp.convert.readers.runs import Run, Styles
from chatapp.convert.tables import markdown_table

_LONE_MARKER = re.compile("[•◦▪▫●○■□‣⁃·➢✓\uf0b7\uf0a7\uf0d8\uf076–*-]|o|\\(?(?:\\d{1,3}|[a-z])[.)]")


def to_markdown(runs: Sequence[Run], styles: Styles) -> str:
    return "\n\n".join(filter(None, _region(list(runs), styles)))


def _region(runs: list[Run], styles: Styles) -> Iterator[str]:
    """Column after column where text is set in columns, else from top to bottom."""
    gutter = gutter_of(runs)
    if gutter is None:
        yield from _blocks(_rows(runs), styles)
        return
    for band in bands(runs, gutter):
        left = [run for run in band if run.x1 <= gutter]
        right = [run for run in band if run.x0 >= gutter]
        spanning = [run for run in band if run.x0 < gutter < run.x1]
        yield from _blocks(_rows(spanning), styles)
        yield from _region(left, styles)
        yield from _region(right, styles)


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
        table = table_at(rows, at)
        if len(table) < 2:
            lines.append(_joined(rows[at]))
            at += 1
            continue
        yield from paragraphs_of(lines, styles)
        lines = []
        yield markdown_table(cells_of(table))
        at += len(table)
    yield from paragraphs_of(lines, styles)


def _joined(row: Row) -> Run:
    first, last = row[0], row[-1]
    ordered = reversed(row) if all(has_rtl(run.text) for run in row) else row
    return replace(first, text=" ".join(run.text for run in ordered), x1=last.x1)
