"""Where lines of a page stand in the same columns, cell under cell: a table."""

from itertools import pairwise

from chatapp.convert.readers.runs import Run

Row = list[Run]


def table_at(rows: list[Row], start: int) -> list[Row]:
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


def cells_of(table: list[Row]) -> list[list[str]]:
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
