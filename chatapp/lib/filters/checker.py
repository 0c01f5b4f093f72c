"""Finds what the names of a filter stand for, and refuses what makes no sense with it."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from enum import Enum, auto

from .errors import FilterError
from .nodes import (
    Among,
    And,
    Attribute,
    AttributeType,
    Calculation,
    Comparison,
    Contains,
    Expr,
    IsNull,
    Level,
    Literal,
    Negative,
    Not,
    Or,
)
from .numbers import CALCULABLE, STORABLE, real_value
from .parser import MAX_NESTING

BUILT_IN: Mapping[tuple[Level, str], AttributeType] = {
    ("doc", "id"): AttributeType.TEXT,
    ("part", "lang"): AttributeType.TEXT,
    ("part", "is_title"): AttributeType.BOOLEAN,
}
ALL_LEVELS: tuple[Level, ...] = ("doc", "part")


class Kind(Enum):
    """What an expression is, once its attributes are known."""

    INTEGER = auto()
    REAL = auto()
    TEXT = auto()
    BOOLEAN = auto()
    NULL = auto()
    NUMBERS = auto()
    TEXTS = auto()


NUMBERS = (Kind.INTEGER, Kind.REAL)
LISTS = (Kind.NUMBERS, Kind.TEXTS)
_KINDS = {
    AttributeType.INTEGER: Kind.INTEGER,
    AttributeType.REAL: Kind.REAL,
    AttributeType.TEXT: Kind.TEXT,
    AttributeType.BOOLEAN: Kind.BOOLEAN,
    AttributeType.INTEGERS: Kind.NUMBERS,
    AttributeType.REALS: Kind.NUMBERS,
    AttributeType.TEXTS: Kind.TEXTS,
    str: Kind.TEXT,
    int: Kind.INTEGER,
    float: Kind.REAL,
    bool: Kind.BOOLEAN,
    type(None): Kind.NULL,
}


def kind_of(expression: Expr) -> Kind:
    match expression:
        case Literal(value=value):
            return _KINDS[type(value)]
        case Attribute(type=None, position=position):
            raise FilterError("The filter was not checked.", position)
        case Attribute(type=declared) if declared:
            return _KINDS[declared]
        case Calculation(left=left, right=right):
            return Kind.NULL if Kind.NULL in (kind_of(left), kind_of(right)) else Kind.REAL
        case Negative(operand=operand):
            return Kind.NULL if kind_of(operand) is Kind.NULL else Kind.REAL
    return Kind.BOOLEAN


def common_kind(expressions: Collection[Expr]) -> Kind | None:
    """The kind in which all can be compared, if there is one. Null goes with everything."""
    kinds = {kind_of(expression) for expression in expressions} - {Kind.NULL}
    if not kinds:
        return Kind.NULL
    if kinds == set(NUMBERS):
        return Kind.REAL
    return kinds.pop() if len(kinds) == 1 else None


def check(
    expression: Expr,
    attributes: Mapping[tuple[Level, str], AttributeType],
    levels: Collection[Level] = ALL_LEVELS,
) -> Expr:
    """The filter with its attributes found: the only form that can be compiled or evaluated."""
    return _Checker({**attributes, **BUILT_IN}, levels).truth(expression)


class _Checker:
    def __init__(
        self, attributes: Mapping[tuple[Level, str], AttributeType], levels: Collection[Level]
    ) -> None:
        self._attributes = attributes
        self._levels = levels
        self._depth = 0

    def truth(self, expression: Expr) -> Expr:
        """Something that is true, false or null."""
        checked = self._any(expression)
        null = isinstance(checked, Literal) and checked.value is None
        if kind_of(checked) is not Kind.BOOLEAN and not null:
            raise FilterError("This is neither true nor false.", checked.position)
        return checked

    def _any(self, expression: Expr) -> Expr:
        match expression:
            case Literal():
                return _readable(expression)
            case Attribute():
                return self._attribute(expression)
            case Not(operand=operand):
                return replace(expression, operand=self.truth(operand))
        self._depth += 1
        if self._depth > MAX_NESTING:
            raise FilterError(f"More than {MAX_NESTING} levels.", expression.position)
        checked = self._composed(expression)
        self._depth -= 1
        return checked

    def _composed(self, expression: Expr) -> Expr:
        match expression:
            case Calculation(left=left, right=right):
                return replace(expression, left=self._number(left), right=self._number(right))
            case Negative(operand=operand):
                return replace(expression, operand=self._number(operand))
            case Comparison():
                return self._comparison(expression)
            case Among():
                return self._among(expression)
            case Contains():
                return self._contains(expression)
            case IsNull(operand=operand):
                return replace(expression, operand=self._any(operand))
            case And(operands=operands) | Or(operands=operands):
                return replace(expression, operands=tuple(map(self.truth, operands)))
        raise TypeError(f"{type(expression).__name__} is not part of a filter.")

    def _attribute(self, attribute: Attribute) -> Attribute:
        written = f"{attribute.level}.{attribute.name}"
        if attribute.level not in self._levels:
            raise FilterError(f"{written} cannot be asked for here.", attribute.position)
        declared = self._attributes.get((attribute.level, attribute.name))
        if declared is None:
            raise FilterError(f"{written} is not a filter attribute.", attribute.position)
        return replace(attribute, type=AttributeType(declared))

    def _number(self, expression: Expr) -> Expr:
        checked = self._any(expression)
        if kind_of(checked) not in (*NUMBERS, Kind.NULL):
            raise FilterError("Only numbers can be calculated with.", checked.position)
        value = checked.value if isinstance(checked, Literal) else None
        if value is not None and real_value(value, CALCULABLE) is None:
            raise FilterError("A number is too large or small.", checked.position)
        return checked

    def _comparison(self, comparison: Comparison) -> Expr:
        left, right = self._any(comparison.left), self._any(comparison.right)
        kind = common_kind((left, right))
        if kind is None or kind in LISTS:
            raise FilterError("These cannot be compared.", comparison.position)
        if kind is Kind.BOOLEAN and comparison.operator not in ("=", "<>"):
            raise FilterError("True and false have no order.", comparison.position)
        return replace(comparison, left=left, right=right)

    def _among(self, among: Among) -> Expr:
        operand = self._any(among.operand)
        kind = common_kind((operand, *map(_readable, among.choices)))
        if kind is None or kind in LISTS:
            raise FilterError("These cannot be compared.", among.position)
        return replace(among, operand=operand)

    def _contains(self, contains: Contains) -> Expr:
        attribute = self._attribute(contains.attribute)
        fitting = {Kind.TEXTS: (Kind.TEXT,), Kind.NUMBERS: NUMBERS}.get(kind_of(attribute))
        if fitting is None:
            raise FilterError("Only a list can be searched with IN.", attribute.position)
        if kind_of(contains.item) not in fitting:
            raise FilterError("The list is of another type.", contains.position)
        return replace(contains, attribute=attribute)


def _readable(literal: Literal) -> Literal:
    if type(literal.value) is float and real_value(literal.value, STORABLE) is None:
        raise FilterError("A number is too large or small.", literal.position)
    return literal
