"""Where a page of prose parts into columns, to be read one after the other."""

from collections.abc import Iterator

from chatapp.convert.readers.runs import Run


def gutter_of(runs: list[Run]) -> float | None:
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


def bands(runs: list[Run], gutter: float) -> Iterator[list[Run]]:
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
