"""Answers out of Markdown tables: a cell, matching rows, or a total. Knows no files."""

import math
import re
from dataclasses import dataclass, replace

from chatapp.llm.builtin.wishes import one_of
from chatapp.search.passages import plain, table_parts
from chatapp.search.words import folded, terms

_CELL = re.compile(r"(?<!\\)\|")
_NUMBER = re.compile(r"[-+−]?\d[\d.,'  ]*")
_WORDINGS = {
    "max": one_of(
        r"highest|largest|biggest|greatest|most|best|maximum|max|top",
        r"hochste\w*|grosste\w*|meisten",
        r"plus (?:haut|eleve|grand)\w*",
        r"mayor|mas alt[oa]",
    ),
    "min": one_of(
        r"lowest|smallest|least|fewest|minimum|min|worst",
        r"niedrigste\w*|kleinste\w*|wenigsten",
        r"plus (?:bas|faible|petit)\w*",
        r"menor|mas baj[oa]",
    ),
    "sum": one_of(
        r"total|sum|altogether|overall|in all",
        r"summe|insgesamt|gesamt\w*",
        r"somme|en tout",
        r"suma",
    ),
    "mean": one_of(
        r"average|mean",
        r"durchschnitt\w*|mittelwert",
        r"moyenne",
        r"promedio|media",
    ),
}


@dataclass(frozen=True, slots=True)
class Table:
    header: list[str]
    rows: list[list[str]]

    def markdown(self, rows: list[list[str]]) -> str:
        lines = [self.header, ["---"] * len(self.header), *rows]
        return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a table says: `label` is the row, `column` the heading, `value` the cell."""

    label: str
    column: str
    value: str
    rows: list[list[str]]
    kind: str = "cell"
    is_sure: bool = True


def parse_table(markdown: str) -> Table | None:
    """A table with a header, or None. Rows are brought to the header's width."""
    head, body = table_parts([line for line in markdown.splitlines() if line.startswith("|")])
    if len(head) < 2 or not body:
        return None
    header = _cells(head[0])
    rows = [(_cells(line) + [""] * len(header))[: len(header)] for line in body]
    return Table(header, rows)


def find_in_table(question: str, table: Table) -> Finding | None:
    """The cell, or the greatest, least, sum or mean of a column, if the question names it."""
    column = _column(question, table)
    matching = matching_rows(question, table)
    if column is not None and len(matching) == 1 and matching[0][column]:
        row = matching[0]
        return Finding(plain(row[0]), plain(table.header[column]), plain(row[column]), [row])
    return _aggregate(question, table, column)


def labelled_rows(question: str, table: Table) -> list[list[str]]:
    """The rows whose label, the first cell, the question names."""
    asked = set(terms(question))
    return [row for row in table.rows if (label := set(terms(row[0]))) and label <= asked]


def matching_rows(question: str, table: Table) -> list[list[str]]:
    """The rows that share the most words with the question, if any do."""
    asked = set(terms(question)) - {term for cell in table.header for term in terms(cell)}
    shared = [len(asked & set(terms(" ".join(row)))) for row in table.rows]
    best = max(shared, default=0)
    return [row for row, count in zip(table.rows, shared, strict=True) if count == best > 0]


def number_in(cell: str) -> float | None:
    """The first number of a cell, in the English or the continental way of writing."""
    found = _NUMBER.search(plain(cell))
    if not found:
        return None
    digits = re.sub(r"[\s' ]", "", found[0].replace("−", "-")).rstrip(".,")
    if "," in digits and "." in digits:
        decimal = "," if digits.rfind(",") > digits.rfind(".") else "."
        digits = digits.replace("." if decimal == "," else ",", "").replace(",", ".")
    elif "," in digits:
        whole, _, rest = digits.rpartition(",")
        digits = digits.replace(",", "") if len(rest) == 3 else f"{whole.replace(',', '')}.{rest}"
    try:
        number = float(digits)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _column(question: str, table: Table) -> int | None:
    """The one column whose heading the question names; the first only labels the rows."""
    asked = set(terms(question))
    shared = [len(asked & set(terms(cell))) for cell in table.header]
    best = [at for at, count in enumerate(shared) if at > 0 and count == max(shared) > 0]
    return best[0] if len(best) == 1 else None


def _aggregate(question: str, table: Table, column: int | None) -> Finding | None:
    kind = next((name for name, words in _WORDINGS.items() if words.search(folded(question))), "")
    if not kind:
        return None
    is_sure = column is not None
    column = column if column is not None else _only_numeric(table)
    if column is None:
        return None
    rows = [row for row in table.rows if not _WORDINGS["sum"].search(folded(row[0]))]
    numbers = [(number, row) for row in rows if (number := number_in(row[column])) is not None]
    if len(numbers) < 2 or len(numbers) < len(rows):
        return None
    return replace(_finding(kind, table, column, numbers), is_sure=is_sure)


def _finding(
    kind: str, table: Table, column: int, numbers: list[tuple[float, list[str]]]
) -> Finding:
    heading = plain(table.header[column])
    if kind in ("max", "min"):
        pick = max if kind == "max" else min
        row = pick(numbers, key=lambda pair: pair[0])[1]
        return Finding(plain(row[0]), heading, plain(row[column]), [row], kind)
    total = sum(number for number, _ in numbers)
    value = f"{round(total if kind == 'sum' else total / len(numbers), 2):,.10g}"
    rows = [row for _, row in numbers]
    return Finding("", heading, _with_unit(value, [row[column] for row in rows]), rows, kind)


def _with_unit(value: str, cells: list[str]) -> str:
    """`5.1` as `5.1 million EUR`, if that is what stands around the number in every cell."""
    around = {tuple(_NUMBER.sub("\0", plain(cell), count=1).split("\0")) for cell in cells}
    before, after = around.pop() if len(around) == 1 else ("", "")
    return f"{before}{value}{' ' if after[:1].isalpha() else ''}{after}"


def _only_numeric(table: Table) -> int | None:
    numeric = [
        column
        for column in range(1, len(table.header))
        if all(number_in(row[column]) is not None for row in table.rows)
    ]
    return numeric[0] if len(numeric) == 1 else None


def _cells(line: str) -> list[str]:
    cells = [cell.strip() for cell in _CELL.split(line.strip().removeprefix("|"))]
    return cells[:-1] if len(cells) > 1 and not cells[-1] else cells
