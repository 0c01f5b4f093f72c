"""Reads a source from left to right by regular expressions, and knows where it is."""

import re
from bisect import bisect_right

from .errors import START, Position, VelocitySyntaxError

_NEWLINE = re.compile(r"\r\n?|\n")
_BLANKS = re.compile(r"[ \t\r\n]*")


class Scanner:
    """A source and a place in it. The origin is where the source itself stands in another."""

    def __init__(self, source: str, origin: Position = START) -> None:
        self.source = source
        self.offset = 0
        self._origin = origin
        self._line_starts = [0, *(newline.end() for newline in _NEWLINE.finditer(source))]

    @property
    def at_end(self) -> bool:
        return self.offset >= len(self.source)

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Move past what the pattern matches right here."""
        found = self.sees(pattern)
        if found:
            self.offset = found.end()
        return found

    def sees(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """What the pattern matches right here, without moving."""
        return pattern.match(self.source, self.offset)

    def take(self, count: int) -> str:
        start, self.offset = self.offset, self.offset + count
        return self.source[start : self.offset]

    def expect(self, pattern: re.Pattern[str], what: str) -> re.Match[str]:
        found = self.match(pattern)
        if found is None:
            raise self.error(f"{what} is missing here.")
        return found

    def skip_past(self, end: str, what: str) -> str:
        """Move past the next `end`; the text before it."""
        start, stop = self.offset, self.source.find(end, self.offset)
        if stop < 0:
            raise self.error(f"{what} has no {end!r}.")
        self.offset = stop + len(end)
        return self.source[start:stop]

    def position(self, offset: int | None = None) -> Position:
        offset = self.offset if offset is None else offset
        row = bisect_right(self._line_starts, offset) - 1
        column = offset - self._line_starts[row]
        return Position(self._origin.line + row, column + (self._origin.column if row == 0 else 1))

    def error(self, message: str, offset: int | None = None) -> VelocitySyntaxError:
        """A mistake at the offset, or else at what comes next."""
        if offset is None:
            blanks = self.sees(_BLANKS)
            offset = blanks.end() if blanks else self.offset
        return VelocitySyntaxError(message, self.position(offset))
