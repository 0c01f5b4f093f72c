"""Says what a filter is of one part: the plain meaning that the compiled SQL must agree with.

Three-valued, as SQL: `None` is unknown, and only `True` lets a part through. A value that is
missing, or of another type than the declared one, is null. Calculations are done in double
precision, `%` cuts both sides to whole numbers, and what has no result is null.
"""

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from .checker import Kind, common_kind, kind_of
from .nodes import (
    Among,
    And,
    Attribute,
    Calculation,
    Comparison,
    Contains,
    Expr,
    IsNull,
    Literal,
    Negative,
    Not,
    Or,
)
from .numbers import CALCULABLE, STORABLE, Range, quotient, real_value, remainder, whole_value

Metadata: TypeAlias = Mapping[str, Any]

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_CALCULATE: dict[str, Callable[[float, float], float | None]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": quotient,
    "%": remainder,
}


def evaluate(
    expression: Expr, *, document_id: str, document: Metadata, part: Metadata
) -> bool | None:
    """Whether a checked filter lets a part through. Only `True` does."""
    return _Row(document_id, document, part).truth(expression)


class _Row:
    def __init__(self, document_id: str, document: Metadata, part: Metadata) -> None:
        self._metadata = {"doc": {**document, "id": document_id}, "part": part}

    def truth(self, expression: Expr) -> bool | None:
        match expression:
            case Comparison(operator=symbol, left=left, right=right):
                first, second = self._values((left, right))
                return None if None in (first, second) else _COMPARE[symbol](first, second)
            case Among(operand=operand, choices=choices):
                value, *others = self._values((operand, *choices))
                return _any(None if None in (value, other) else value == other for other in others)
            case Contains(attribute=attribute, item=item):
                return self._contains(attribute, item)
            case IsNull(operand=operand):
                return self._value(operand, kind_of(operand)) is None
            case Not(operand=operand):
                return _not(self.truth(operand))
            case And(operands=operands):
                return _not(_any(_not(self.truth(operand)) for operand in operands))
            case Or(operands=operands):
                return _any(self.truth(operand) for operand in operands)
            case Attribute() | Literal() if kind_of(expression) in (Kind.BOOLEAN, Kind.NULL):
                return self._boolean(expression)
        raise TypeError("Only checked filters can be evaluated.")

    def _values(self, expressions: Sequence[Expr]) -> list[Any]:
        """Values that can be compared with each other."""
        kind = common_kind(expressions)
        return [self._value(expression, kind) for expression in expressions]

    def _value(self, expression: Expr, kind: Kind | None) -> Any:
        match kind:
            case Kind.INTEGER:
                return whole_value(self._plain(expression))
            case Kind.REAL:
                return self._real(expression, STORABLE)
            case Kind.TEXT:
                value = self._plain(expression)
                return value if type(value) is str else None
            case Kind.BOOLEAN:
                return self.truth(expression)
            case Kind.NUMBERS | Kind.TEXTS:
                value = self._plain(expression)
                return value if type(value) is list else None
        return None

    def _plain(self, expression: Expr) -> Any:
        """What a literal says, or what the metadata say, whatever it is."""
        match expression:
            case Literal(value=value):
                return value
            case Attribute(level=level, name=name):
                return self._metadata[level].get(name)
        return None

    def _boolean(self, expression: Expr) -> bool | None:
        value = self._plain(expression)
        return value if type(value) is bool else None

    def _real(self, expression: Expr, sizes: Range) -> float | None:
        match expression:
            case Calculation(operator=symbol, left=left, right=right):
                first, second = self._real(left, CALCULABLE), self._real(right, CALCULABLE)
                if first is None or second is None:
                    return None
                return _CALCULATE[symbol](first, second)
            case Negative(operand=operand):
                value = self._real(operand, CALCULABLE)
                return None if value is None else -value
        plain = self._plain(expression)
        whole = kind_of(expression) is Kind.INTEGER
        return real_value(whole_value(plain) if whole else plain, sizes)

    def _contains(self, attribute: Attribute, item: Literal) -> bool | None:
        items = self._value(attribute, kind_of(attribute))
        if items is None:
            return None
        types = (str,) if kind_of(item) is Kind.TEXT else (int, float)
        return any(type(value) in types and value == item.value for value in items)


def _any(truths: Iterable[bool | None]) -> bool | None:
    """OR of three values: true if one is, else unknown if one is."""
    found: bool | None = False
    for truth in truths:
        if truth:
            return True
        if truth is None:
            found = None
    return found


def _not(truth: bool | None) -> bool | None:
    return None if truth is None else not truth
