"""What signs do with values: numbers, texts, booleans, times and durations."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from .errors import ConditionError

MAX_TEXT = 100_000
LARGEST = 1e300


def truth(value: Any) -> bool:
    return bool(value) and value == value


def equal(left: Any, right: Any) -> bool:
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return bool(left == right)


def compared(sign: str, left: Any, right: Any) -> bool:
    kinds: tuple[type, ...] = (str, datetime, timedelta)
    alike = any(isinstance(left, kind) and isinstance(right, kind) for kind in kinds)
    if not alike and not (is_number(left) and is_number(right)):
        return False
    order = int(left > right) - int(left < right)
    return {"<": order < 0, "<=": order <= 0, ">": order > 0, ">=": order >= 0}[sign]


def contains(whole: Any, part: Any) -> bool:
    if isinstance(whole, str):
        return isinstance(part, str) and part in whole
    if isinstance(whole, list):
        return any(equal(item, part) for item in whole)
    return isinstance(whole, Mapping) and isinstance(part, str) and part in whole


def calculated(sign: str, left: Any, right: Any) -> Any:
    if left is None or right is None:
        return None
    try:
        if sign == "+" and isinstance(left, str) and isinstance(right, str):
            return _joined(left, right)
        if isinstance(left, datetime | timedelta) or isinstance(right, datetime | timedelta):
            return _in_time(sign, left, right)
        a, b = number(left), number(right)
        return {"+": a + b, "-": a - b, "*": a * b}[sign] if sign in "+-*" else _divided(sign, a, b)
    except OverflowError as exc:
        raise ConditionError("A number grows too large.") from exc


def negative(value: Any) -> Any:
    if value is None or isinstance(value, timedelta):
        return calculated("*", value, -1)
    return -number(value)


def number(value: Any) -> float:
    if not isinstance(value, int | float) or not abs(value) <= LARGEST:
        raise ConditionError(f"{str(value)[:50]!r} is no number to calculate with.")
    return float(value) if isinstance(value, int) and abs(value) > 2**53 else value


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _joined(left: str, right: str) -> str:
    if len(left) + len(right) > MAX_TEXT:
        raise ConditionError("A text grows too long.")
    return left + right


def _in_time(sign: str, left: Any, right: Any) -> Any:
    match sign, left, right:
        case "-", datetime(), datetime():
            return left - right
        case "+" | "-", datetime() | timedelta(), timedelta():
            return left + right if sign == "+" else left - right
        case "+", timedelta(), datetime():
            return left + right
        case "*", timedelta(), int() | float():
            return left * number(right)
        case "*", int() | float(), timedelta():
            return right * number(left)
        case "/", timedelta(), timedelta():
            return _divided("/", left.total_seconds(), right.total_seconds())
        case "/", timedelta(), int() | float():
            return timedelta(seconds=_divided("/", left.total_seconds(), number(right)))
    raise ConditionError(f"There is no {sign!r} between these times and durations.")


def _divided(sign: str, a: float, b: float) -> float:
    if b == 0:
        raise ConditionError("Nothing can be divided by zero.")
    return a / b if sign == "/" else a % b
