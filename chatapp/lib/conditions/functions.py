"""The functions of expressions: a fixed list, all pure but for the clock."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from . import times
from .errors import ConditionError
from .operators import contains, number


def call(name: str, arguments: list[Any]) -> Any:
    """Raises ConditionError. What is asked of null is null, unless it is about null."""
    function = FUNCTIONS[name][2]
    if name not in _OF_NULL and None in arguments:
        return None
    try:
        return function(*arguments)
    except ConditionError:
        raise
    except (ValueError, OverflowError, ZeroDivisionError) as exc:
        shown = ", ".join(str(argument)[:50] for argument in arguments)
        raise ConditionError(f"{name}({shown}) has no value.") from exc


def _length(value: Any) -> int:
    return len(value) if isinstance(value, str | list | Mapping) else 0


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ConditionError(f"{str(value)[:50]!r} is no text.")
    return value


def _logarithm(base: Any, value: Any = None) -> float:
    """Of one argument the natural one."""
    if value is None:
        return math.log(number(base))
    return math.log(number(value), number(base))


def _of(function: Callable[[float], float]) -> tuple[int, int, Callable[..., Any]]:
    return 1, 1, lambda value: function(number(value))


def _of_degrees(function: Callable[[float], float]) -> tuple[int, int, Callable[..., Any]]:
    return 1, 1, lambda value: function(math.radians(number(value)))


_OF_NULL = frozenset({"is_null", "len", "contains"})

# name → fewest arguments, most arguments, what it does
FUNCTIONS: dict[str, tuple[int, int, Callable[..., Any]]] = {
    "abs": _of(abs),
    "ceil": _of(math.ceil),
    "contains": (2, 2, contains),
    "cos": _of(math.cos),
    "cosd": _of_degrees(math.cos),
    "datetime_parse": (2, 2, times.datetime_parse),
    "degrees": _of(math.degrees),
    "ends_with": (2, 2, lambda whole, end: _text(whole).endswith(_text(end))),
    "floor": _of(math.floor),
    "hours": (1, 1, lambda value: times.in_units(value, 3600)),
    "is_null": (1, 1, lambda value: value is None),
    "iso_datetime_parse": (1, 1, times.iso_datetime_parse),
    "len": (1, 1, _length),
    "ln": _of(math.log),
    "log": (1, 2, _logarithm),
    "log10": _of(math.log10),
    "lower": (1, 1, lambda text: _text(text).lower()),
    "max": (1, 20, lambda *numbers: max(map(number, numbers))),
    "min": (1, 20, lambda *numbers: min(map(number, numbers))),
    "minutes": (1, 1, lambda value: times.in_units(value, 60)),
    "now": (0, 0, times.now),
    "power": (2, 2, lambda base, exponent: math.pow(number(base), number(exponent))),
    "radians": _of(math.radians),
    "round": _of(round),
    "seconds": (1, 1, lambda value: times.in_units(value, 1)),
    "sign": _of(lambda value: (value > 0) - (value < 0)),
    "sin": _of(math.sin),
    "sind": _of_degrees(math.sin),
    "sqrt": _of(math.sqrt),
    "starts_with": (2, 2, lambda whole, start: _text(whole).startswith(_text(start))),
    "tan": _of(math.tan),
    "tand": _of_degrees(math.tan),
    "to_unix_timestamp": (1, 1, times.to_unix_timestamp),
    "trunc": _of(math.trunc),
    "upper": (1, 1, lambda text: _text(text).upper()),
}
