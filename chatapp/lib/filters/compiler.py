"""Turns a checked filter into a condition in SQL, with nothing but bound parameters in it."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Literal as OneOf

from .checker import Kind, common_kind, kind_of
from .dialects import Dialect, Postgresql, Sqlite
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
from .normalizer import normalized
from .numbers import CALCULABLE, STORABLE, Range
from .sql import Parameter, Sql, sql

_DIALECTS = {"sqlite": Sqlite, "postgresql": Postgresql}


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the query around the filter has what the filter asks for."""

    document_id: str = "d.key"
    document: str = "d.metadata"
    part: str = "p.metadata"


def compile(
    expression: Expr, dialect: OneOf["sqlite", "postgresql"], columns: Columns = Columns()
) -> tuple[str, list[Parameter]]:
    """A condition for WHERE and its parameters, in the style of Django's cursors."""
    condition = _Compiler(_DIALECTS[dialect](), columns).truth(normalized(expression))
    return condition.text, list(condition.parameters)


class _Compiler:
    def __init__(self, dialect: Dialect, columns: Columns) -> None:
        self._dialect = dialect
        self._columns = columns

    def truth(self, expression: Expr) -> Sql:
        match expression:
            case Comparison(operator=operator, left=left, right=right):
                return self._comparison(operator, left, right)
            case Among(operand=operand, choices=choices):
                return self._among(operand, choices)
            case Contains(attribute=attribute, item=Literal(value=str() | int() | float() as item)):
                return self._dialect.contains(self._column(attribute), attribute.name, item)
            case IsNull(operand=operand):
                return self._is_null(operand)
            case Not(operand=operand):
                return sql("(NOT {})", self.truth(operand))
            case And(operands=operands):
                return _joined("AND", [self.truth(operand) for operand in operands])
            case Or(operands=operands):
                return _joined("OR", [self.truth(operand) for operand in operands])
            case Literal(value=None):
                return self._dialect.unknown
            case Literal(value=bool() as value):
                return self._dialect.value(value)
            case Attribute() if kind_of(expression) is Kind.BOOLEAN:
                return self._dialect.boolean(self._column(expression), expression.name)
        raise TypeError("Only checked filters can be compiled.")

    def _comparison(self, operator: str, left: Expr, right: Expr) -> Sql:
        kind = common_kind((left, right))
        if Kind.NULL in (kind_of(left), kind_of(right)):
            return self._dialect.unknown
        first, second = self._value(left, kind), self._value(right, kind)
        if operator in ("=", "<>") and second.depth > first.depth:
            first, second = second, first
        return sql(f"({{}} {operator} {{}})", first, second)

    def _among(self, operand: Expr, choices: tuple[Literal, ...]) -> Sql:
        kind = common_kind((operand, *choices))
        if kind_of(operand) is Kind.NULL:
            return self._dialect.unknown
        values = [self._value(choice, kind) for choice in choices]
        places = ", ".join(["{}"] * len(values))
        return sql(f"({{}} IN ({places}))", self._value(operand, kind), *values)

    def _is_null(self, operand: Expr) -> Sql:
        kind = kind_of(operand)
        if isinstance(operand, Attribute) and kind in (Kind.NUMBERS, Kind.TEXTS):
            return sql("(NOT {})", self._dialect.is_list(self._column(operand), operand.name))
        return sql("({} IS NULL)", self._value(operand, kind))

    def _value(self, expression: Expr, kind: Kind | None) -> Sql:
        """The expression as a value of a kind, so that it can be compared with others of it."""
        match expression, kind:
            case Literal(value=None), _:
                return Sql("NULL")
            case _, Kind.NULL:
                return Sql("NULL")
            case _, Kind.BOOLEAN:
                return self.truth(expression)
            case _, Kind.REAL:
                return self._real(expression, STORABLE)
            case Literal(value=str() | int() as value), _:
                return self._dialect.value(value)
            case Attribute(level="doc", name="id"), Kind.TEXT:
                return self._dialect.key(self._columns.document_id)
            case Attribute(name=name), Kind.TEXT:
                return self._dialect.text(self._column(expression), name)
            case Attribute(name=name), Kind.INTEGER:
                return self._dialect.whole(self._column(expression), name)
        raise TypeError("Only checked filters can be compiled.")

    def _real(self, expression: Expr, sizes: Range) -> Sql:
        match expression:
            case Literal(value=int() | float() as value):
                return self._dialect.value(float(value))
            case Attribute(name=name):
                column = self._column(expression)
                if kind_of(expression) is Kind.INTEGER:
                    return self._dialect.as_real(self._dialect.whole(column, name))
                return self._dialect.real(column, name, sizes)
            case Negative(operand=operand):
                return sql("(- {})", self._real(operand, CALCULABLE))
            case Calculation():
                return self._calculation(expression)
        raise TypeError("Only checked filters can be compiled.")

    def _calculation(self, calculation: Calculation) -> Sql:
        left = self._real(calculation.left, CALCULABLE)
        right = self._real(calculation.right, CALCULABLE)
        match calculation.operator:
            case "/":
                return self._dialect.quotient(left, right)
            case "%":
                return self._dialect.remainder(left, right)
        return sql(f"({{}} {calculation.operator} {{}})", left, right)

    def _column(self, attribute: Attribute) -> str:
        kind_of(attribute)
        return self._columns.document if attribute.level == "doc" else self._columns.part


def _joined(operator: str, conditions: Sequence[Sql]) -> Sql:
    """All conditions in pairs of pairs, the deeper one first.

    SQLite's parser has room for a hundred open items. A long chain of conditions, or a deep one
    on the right side, would overflow it.
    """
    order = count()
    heap = [(condition.depth, next(order), condition) for condition in conditions]
    heapq.heapify(heap)
    while len(heap) > 1:
        (_, _, shallow), (_, _, deep) = heapq.heappop(heap), heapq.heappop(heap)
        pair = sql(f"({{}} {operator} {{}})", deep, shallow)
        heapq.heappush(heap, (pair.depth, next(order), pair))
    return heap[0][2]
