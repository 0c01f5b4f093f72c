"""A filter as a tree of frozen values. `position` is where it stands in the text."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal as OneOf
from typing import TypeAlias

from .errors import FilterError

Level: TypeAlias = OneOf["doc", "part"]
Scalar: TypeAlias = str | int | float | bool | None


class AttributeType(StrEnum):
    """What a corpus declares of an attribute."""

    INTEGER = "integer"
    REAL = "real_number"
    TEXT = "text"
    BOOLEAN = "boolean"
    INTEGERS = "list[integer]"
    REALS = "list[real_number]"
    TEXTS = "list[text]"


@dataclass(frozen=True, slots=True)
class Literal:
    value: Scalar
    position: int = field(compare=False, default=0)


@dataclass(frozen=True, slots=True)
class Attribute:
    """`doc.name` or `part.name`. Until the filter is checked, nobody knows its type."""

    level: Level
    name: str
    position: int = field(compare=False, default=0)
    type: AttributeType | None = None


@dataclass(frozen=True, slots=True)
class Negative:
    operand: "Expr"
    position: int = field(compare=False, default=0)


@dataclass(frozen=True, slots=True)
class Calculation:
    operator: str
    left: "Expr"
    right: "Expr"
    position: int = field(compare=False, default=0)


@dataclass(frozen=True, slots=True)
class Comparison:
    operator: str
    left: "Expr"
    right: "Expr"
    position: int = field(compare=False, default=0)


@dataclass(frozen=True, slots=True)
class Among:
    """`value IN (…)`"""

    operand: "Expr"
    choices: tuple[Literal, ...]
    position: int = field(compare=False, default=0)


@dataclass(frozen=True, slots=True)
class Contains:
    """`'x' IN doc.list`"""

    attribute: Attribute
    item: Literal
    position: int = field(compare=False, default=0)


@dataclass(frozen=True, slots=True)
class IsNull:
    operand: "Expr"
    position: int = field(compare=False, default=0)


@dataclass(frozen=True, slots=True)
class Not:
    operand: "Expr"
    position: int = field(compare=False, default=0)


@dataclass(frozen=True, slots=True)
class And:
    operands: tuple["Expr", ...]
    position: int = field(compare=False, default=0)


@dataclass(frozen=True, slots=True)
class Or:
    operands: tuple["Expr", ...]
    position: int = field(compare=False, default=0)


Expr: TypeAlias = (
    Literal
    | Attribute
    | Negative
    | Calculation
    | Comparison
    | Among
    | Contains
    | IsNull
    | Not
    | And
    | Or
)


def conjunction(*expressions: Expr) -> Expr:
    """All filters at once. They are joined as trees, so none can reach out of its own place."""
    if not expressions:
        raise FilterError("There is no filter.")
    return And(expressions)
