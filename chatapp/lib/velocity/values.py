"""The values a template works on: plain JSON data, never changed in place.

Types are compared exactly, so an object that only looks like a list, a map or a string is not
one. Nothing here reads an attribute of a value by a name that a template chose.
"""

import json
import math
from typing import TypeAlias, TypeGuard

from .errors import VelocityEvaluationError, VelocityLimitError

Value: TypeAlias = "str | int | float | bool | list[Value] | dict[str, Value] | None"

MAX_STEPS = 100_000
MAX_VALUE = 100_000
MAX_DEPTH = 40
MAX_INTEGER_BITS = 512
# Characters that are handled in about the time of one step.
CHARACTERS_PER_STEP = 16


class Budget:
    """How many steps a rendering may still take."""

    __slots__ = ("steps",)

    def __init__(self, steps: int = MAX_STEPS) -> None:
        self.steps = steps

    def spend(self, steps: int = 1) -> None:
        self.steps -= steps
        if self.steps < 0:
            raise VelocityLimitError("The template takes too many steps.")

    def spend_on(self, size: int) -> None:
        """Pay for work that grows with the size of a string or a list."""
        self.spend(1 + size // CHARACTERS_PER_STEP)


def is_true(value: Value) -> bool:
    """Everything is true except `false` and what is not there, as in Velocity 1.7."""
    return value is not None and value is not False


def text(value: Value, budget: Budget) -> str:
    """A value as it is printed: scalars plainly, lists and maps as compact JSON."""
    if type(value) is str:
        return value
    if type(value) is bool:
        return "true" if value else "false"
    if type(value) is int:
        return str(checked_integer(value))
    if type(value) is float:
        return repr(value)
    measure(value, budget)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def measure(value: Value, budget: Budget) -> None:
    """Refuse a value that is too deep, too large or not plain data, before anything recurses."""
    size = 0
    waiting: list[tuple[Value, int]] = [(value, 0)]
    while waiting:
        item, depth = waiting.pop()
        size += _size(item)
        budget.spend_on(len(item) if type(item) is str else 1)
        if depth > MAX_DEPTH or size > MAX_VALUE:
            raise VelocityLimitError("A list or map is too deep or too large to be handled whole.")
        if type(item) is list:
            waiting.extend((child, depth + 1) for child in item)
        elif type(item) is dict:
            waiting.extend((child, depth + 1) for child in item.values())


def _size(item: Value) -> int:
    if type(item) is str:
        return 1 + len(item)
    if type(item) is dict:
        return 1 + sum(map(_key_size, item))
    if type(item) is int:
        checked_integer(item)
    elif type(item) not in (list, float, bool, type(None)):
        raise not_data(item)
    return 1


def _key_size(key: object) -> int:
    if type(key) is not str:
        raise not_data(key)
    return len(key)


def equal(left: Value, right: Value, budget: Budget) -> bool:
    """`==`: numbers by value, the same kind by content, different kinds by how they print."""
    if left is None or right is None:
        return left is right
    if is_number(left) and is_number(right):
        return left == right
    measure(left, budget)
    measure(right, budget)
    if type(left) is type(right):
        return left == right
    return text(left, budget) == text(right, budget)


def is_number(value: Value) -> TypeGuard[int | float]:
    return type(value) is int or (type(value) is float and math.isfinite(value))


def checked_integer(value: int) -> int:
    if value.bit_length() > MAX_INTEGER_BITS:
        raise VelocityLimitError("A whole number is too large.")
    return value


def checked_text(value: str) -> str:
    if len(value) > MAX_VALUE:
        raise VelocityLimitError(f"A string grows past {MAX_VALUE:,} characters.")
    return value


def finite(value: float) -> float | None:
    """Velocity has no infinity: a result out of range is no result."""
    return value if math.isfinite(value) else None


def not_data(value: object) -> VelocityEvaluationError:
    return VelocityEvaluationError(f"A value of type {type(value).__name__} is not plain data.")
