"""Arithmetic and comparison as Velocity 1.7 has them: what cannot be done yields nothing."""

import math
import operator
from collections.abc import Callable
from typing import TypeAlias

from .values import Budget, Value, checked_integer, checked_text, equal, finite, is_number, text

Number: TypeAlias = int | float
Operator: TypeAlias = Callable[[Value, Value, Budget], Value]


def add(left: Value, right: Value, budget: Budget) -> Value:
    """A sum of numbers, or a joining of texts as soon as one side is a string."""
    if type(left) is not str and type(right) is not str:
        return _sum(left, right, budget)
    joined = checked_text(text(left, budget) + text(right, budget))
    budget.spend_on(len(joined))
    return joined


def divide(left: Number, right: Number) -> Number | None:
    """Whole numbers are cut towards zero, as in Java."""
    if right == 0:
        return None
    if type(left) is int and type(right) is int:
        quotient = abs(left) // abs(right)
        return quotient if (left < 0) == (right < 0) else -quotient
    return left / right


def remainder(left: Number, right: Number) -> Number | None:
    """The sign is that of the dividend, as in Java."""
    if right == 0:
        return None
    if type(left) is int and type(right) is int:
        rest = abs(left) % abs(right)
        return -rest if left < 0 else rest
    return math.fmod(left, right)


def _arithmetic(calculate: Callable[[Number, Number], Number | None]) -> Operator:
    def apply(left: Value, right: Value, budget: Budget) -> Value:
        if not is_number(left) or not is_number(right):
            return None
        result = calculate(_operand(left), _operand(right))
        if type(result) is int:
            return checked_integer(result)
        return None if result is None else finite(result)

    return apply


def _comparison(compare: Callable[[Number, Number], bool]) -> Operator:
    def apply(left: Value, right: Value, budget: Budget) -> Value:
        return is_number(left) and is_number(right) and compare(left, right)

    return apply


def _operand(value: Number) -> Number:
    return checked_integer(value) if type(value) is int else value


_sum = _arithmetic(operator.add)

OPERATORS: dict[str, Operator] = {
    "+": add,
    "-": _arithmetic(operator.sub),
    "*": _arithmetic(operator.mul),
    "/": _arithmetic(divide),
    "%": _arithmetic(remainder),
    "<": _comparison(operator.lt),
    "<=": _comparison(operator.le),
    ">": _comparison(operator.gt),
    ">=": _comparison(operator.ge),
    "==": equal,
    "!=": lambda left, right, budget: not equal(left, right, budget),
}
