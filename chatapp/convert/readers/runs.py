"""What a page is made of before anyone has made sense of it: runs of text, in their sizes.

Pure geometry. Knows nothing of PDF; `y` grows upwards, as it does there.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_MAX_HEADING_LEVELS = 4
_LONG_LINE = 40
BULLET = re.compile("([•◦▪▫●○■□‣⁃·➢✓\uf0b7\uf0a7\uf0d8\uf076]|[–*-](?=\\s)|o(?=\\s))\\s*")


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
        if BULLET.match(run.text):
            return 0
        for level, size in enumerate(self.headings, start=1):
            if run.size > size - 0.6:
                return level
        is_label = run.bold and len(run.text) < 80 and not run.text.endswith((".", ",", ";"))
        return min(len(self.headings) + 1, 6) if is_label and run.size >= self.body - 0.6 else 0


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
