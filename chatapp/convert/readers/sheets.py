"""Excel workbooks (XLSX): each sheet a table, with the values that were last computed."""

from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import islice
from typing import Any, BinaryIO

from openpyxl import load_workbook
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

from chatapp.convert.readers.packages import open_package
from chatapp.convert.tables import markdown_table
from chatapp.convert.values import CutShort, Found, Mark, Notice, PageCount, Text
from chatapp.lib.page_marks import page_mark

MAX_ROWS = 5_000
MAX_COLUMNS = 100


def read(source: BinaryIO, filename: str) -> Iterator[Found]:
    open_package(source)
    book = load_workbook(source, read_only=True, data_only=True, keep_links=False)
    formulas = load_workbook(source, read_only=True, keep_links=False)
    yield PageCount(len(book.worksheets))
    for sheet, uncomputed in zip(book.worksheets, formulas.worksheets, strict=True):
        if sheet.sheet_state != "visible":
            yield Notice(f"The sheet “{sheet.title}” is hidden in the workbook.")
        yield Mark(page_mark("sheet", sheet.title))
        yield from _table(sheet, uncomputed)


def _table(sheet: Any, uncomputed: Any) -> Iterator[Found]:
    pairs = zip(_rows(sheet), _rows(uncomputed), strict=False)
    table = [
        [
            # Files that no spreadsheet program has saved hold formulas and no values.
            _cell(formula if value is None else value)
            for value, formula in islice(zip(*pair, strict=False), MAX_COLUMNS)
        ]
        for pair in islice(pairs, MAX_ROWS)
    ]
    yield Text(markdown_table(table) or "(empty)")
    if next(pairs, None):
        yield CutShort(f"Only the first {MAX_ROWS:,} rows of “{sheet.title}” were read.")


def _rows(sheet: Any) -> Iterator[tuple[object, ...]]:
    # The size a sheet claims may be wrong, and a wrong one would be filled with empty cells.
    sheet.reset_dimensions()
    rows: Iterator[tuple[object, ...]] = sheet.iter_rows(values_only=True)
    return rows


def _cell(value: object) -> str:
    match value:
        case None | DataTableFormula():
            return ""
        case ArrayFormula():
            return str(value.text or "")
        case bool():
            return "TRUE" if value else "FALSE"
        case float():
            return f"{value:.15g}"
        case datetime() if value.time() == time.min:
            return value.date().isoformat()
        case datetime():
            return value.isoformat(" ", "seconds")
        case date() | time():
            return value.isoformat()
        case _:
            return str(value)
