"""Times: now, written ones, and how long between them."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from .errors import ConditionError
from .operators import number

# The patterns of Java that Python has a sign for.
_SIGNS = {
    "yyyy": "%Y", "uuuu": "%Y", "yy": "%y", "MMMM": "%B", "MMM": "%b", "MM": "%m", "M": "%m",
    "dd": "%d", "d": "%d", "DDD": "%j", "EEEE": "%A", "EEE": "%a", "E": "%a", "HH": "%H", "H": "%H",
    "hh": "%I", "h": "%I", "mm": "%M", "m": "%M", "ss": "%S", "s": "%S", "S": "%f", "SSS": "%f",
    "SSSSSS": "%f", "a": "%p", "X": "%z", "XX": "%z", "XXX": "%z", "Z": "%z", "xxx": "%z",
}  # fmt: skip
_PIECE = re.compile(r"(?P<letters>([A-Za-z])\2*)|'(?P<quoted>(?:[^']|'')*)'|(?P<other>[^A-Za-z'])")


def now() -> datetime:
    return datetime.now(UTC)


def iso_datetime_parse(text: Any) -> datetime:
    try:
        return _with_zone(datetime.fromisoformat(_text(text)))
    except ValueError as exc:
        raise ConditionError(f"{_text(text)[:50]!r} is no time in ISO 8601.") from exc


def datetime_parse(text: Any, pattern: Any) -> datetime:
    try:
        time = datetime.strptime(_text(text), _format(_text(pattern)))  # noqa: DTZ007 - UTC below
        return _with_zone(time)
    except ValueError as exc:
        if isinstance(exc, ConditionError):
            raise
        raise ConditionError(f"{text[:50]!r} is no time of the form {pattern[:50]!r}.") from exc


def to_unix_timestamp(time: Any) -> float:
    if not isinstance(time, datetime):
        raise ConditionError(f"{str(time)[:50]!r} is no time.")
    return time.timestamp()


def in_units(value: Any, seconds: int) -> Any:
    """A duration as a number of units, and a number of units as a duration."""
    if isinstance(value, timedelta):
        return value.total_seconds() / seconds
    return timedelta(seconds=number(value) * seconds)


def _with_zone(time: datetime) -> datetime:
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _format(pattern: str) -> str:
    signs: list[str] = []
    place = 0
    while place < len(pattern):
        match = _PIECE.match(pattern, place)
        letters = match["letters"] if match else None
        if match is None or (letters and letters not in _SIGNS):
            raise ConditionError(f"{pattern[:50]!r} is no form of time that is known here.")
        if letters and _SIGNS[letters] in signs:
            raise ConditionError(f"{pattern[:50]!r} names a part of the time twice.")
        plain = match["other"] or (match["quoted"] or "").replace("''", "'") or "'"
        signs.append(_SIGNS[letters] if letters else plain.replace("%", "%%"))
        place = match.end()
    return "".join(signs)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ConditionError(f"{str(value)[:50]!r} is no text.")
    return value
