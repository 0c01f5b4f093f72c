"""Comma- and tab-separated tables."""

import csv
import io
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO

from chatapp.convert.readers.decoding import read_text, rest_of
from chatapp.convert.tables import markdown_table
from chatapp.convert.values import CutShort, Found, Text

MAX_ROWS = 20_000
MAX_COLUMNS = 200
_DELIMITERS = ",;\t|"


def read(source: BinaryIO, filename: str) -> Iterator[Found]:
    text = read_text(source).replace("\0", "")
    csv.field_size_limit(1_000_000)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text, filename))
    yield Text(markdown_table([row[:MAX_COLUMNS] for row in islice(rows, MAX_ROWS)]))
    if next(rows, None) is not None:
        yield CutShort(f"Only the first {MAX_ROWS:,} rows of the table were read.")
    else:
        yield from rest_of(source)


def _delimiter(text: str, filename: str) -> str:
    """The one found most often in the first line. `csv.Sniffer` is slow and often wrong."""
    if filename.lower().endswith(".tsv"):
        return "\t"
    first = text.lstrip().partition("\n")[0]
    return max(_DELIMITERS, key=first.count)
