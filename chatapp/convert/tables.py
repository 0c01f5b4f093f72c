"""Rows of cells as a Markdown table."""

from collections.abc import Sequence


def markdown_table(rows: Sequence[Sequence[str]]) -> str:
    """The first row is the header. Columns that are empty throughout are left out."""
    grid = _without_empty_columns([[_cell(cell) for cell in row] for row in rows])
    if not grid:
        return ""
    header, *body = grid
    rule = ["---"] * len(header)
    return "\n".join(f"| {' | '.join(row)} |" for row in [header, rule, *body])


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _without_empty_columns(rows: list[list[str]]) -> list[list[str]]:
    width = max((len(row) for row in rows), default=0)
    padded = [row + [""] * (width - len(row)) for row in rows if any(row)]
    kept = [column for column in range(width) if any(row[column] for row in padded)]
    return [[row[column] for column in kept] for row in padded]
