"""The expressions of a template as immutable nodes that can evaluate themselves."""

from dataclasses import dataclass
from typing import Protocol, TypeAlias

from .errors import Position, VelocityLimitError
from .methods import call
from .operators import OPERATORS
from .run import Output, Run
from .values import MAX_VALUE, Value, is_true, text

MAX_RANGE = 1_000


class Expression(Protocol):
    def evaluate(self, run: Run) -> Value: ...


class Renderable(Protocol):
    def render(self, run: Run) -> object: ...


@dataclass(frozen=True, slots=True)
class Literal:
    value: Value

    def evaluate(self, run: Run) -> Value:
        run.budget.spend()
        return self.value


@dataclass(frozen=True, slots=True)
class Property:
    """`.name`: a look into a map; `.empty` is also the `isEmpty()` of a string or a list."""

    name: str

    def of(self, value: Value, run: Run) -> Value:
        if type(value) is dict:
            return value.get(self.name)
        return call(value, "isEmpty", [], run.budget) if self.name == "empty" else None


@dataclass(frozen=True, slots=True)
class Index:
    """`[0]` of a list, from the end if negative, or `["key"]` of a map."""

    index: Expression

    def of(self, value: Value, run: Run) -> Value:
        return item(value, self.index.evaluate(run), run)


@dataclass(frozen=True, slots=True)
class Call:
    """`.name(arguments)`: one of the listed methods of the value's own type."""

    name: str
    arguments: tuple[Expression, ...]

    def of(self, value: Value, run: Run) -> Value:
        return call(value, self.name, evaluate_all(self.arguments, run), run.budget)


Step: TypeAlias = Property | Index | Call


@dataclass(frozen=True, slots=True)
class Lookup:
    """A reference: a variable and the steps that lead from it to a value, or to nothing."""

    root: str
    steps: tuple[Step, ...]
    source: str
    position: Position

    def evaluate(self, run: Run) -> Value:
        run.budget.spend()
        run.position = self.position
        value = run.variables.get(self.root)
        for step in self.steps:
            if value is None:
                return None
            value = step.of(value, run)
        return value


@dataclass(frozen=True, slots=True)
class ListOf:
    items: tuple[Expression, ...]

    def evaluate(self, run: Run) -> Value:
        return evaluate_all(self.items, run)


@dataclass(frozen=True, slots=True)
class MapOf:
    entries: tuple[tuple[Expression, Expression], ...]

    def evaluate(self, run: Run) -> Value:
        run.budget.spend(1 + len(self.entries))
        return {
            text(key.evaluate(run), run.budget): value.evaluate(run) for key, value in self.entries
        }


@dataclass(frozen=True, slots=True)
class Range:
    """`[1..3]`, in either direction; nothing unless both ends are whole numbers."""

    first: Expression
    last: Expression

    def evaluate(self, run: Run) -> Value:
        first, last = self.first.evaluate(run), self.last.evaluate(run)
        if type(first) is not int or type(last) is not int:
            return None
        if abs(last - first) >= MAX_RANGE:
            raise VelocityLimitError(f"A range has more than {MAX_RANGE:,} numbers.")
        run.budget.spend_on(abs(last - first))
        return list(range(first, last + 1) if first <= last else range(first, last - 1, -1))


@dataclass(frozen=True, slots=True)
class Not:
    operand: Expression

    def evaluate(self, run: Run) -> Value:
        return not is_true(self.operand.evaluate(run))


@dataclass(frozen=True, slots=True)
class And:
    operands: tuple[Expression, ...]

    def evaluate(self, run: Run) -> Value:
        return all(is_true(operand.evaluate(run)) for operand in self.operands)


@dataclass(frozen=True, slots=True)
class Or:
    operands: tuple[Expression, ...]

    def evaluate(self, run: Run) -> Value:
        return any(is_true(operand.evaluate(run)) for operand in self.operands)


@dataclass(frozen=True, slots=True)
class Chain:
    """Operators of one rank, from left to right, so that a long sum is not a deep one."""

    first: Expression
    rest: tuple[tuple[str, Expression], ...]

    def evaluate(self, run: Run) -> Value:
        left = self.first.evaluate(run)
        for operator, operand in self.rest:
            run.budget.spend()
            right = operand.evaluate(run)
            if operator == "+":
                left, right = _beside(right, left, self.first), _beside(left, right, operand)
            left = OPERATORS[operator](left, right, run.budget)
        return left


@dataclass(frozen=True, slots=True)
class Interpolated:
    """A string in double quotes: a small template."""

    body: Renderable

    def evaluate(self, run: Run) -> Value:
        around, run.output = run.output, Output(MAX_VALUE)
        try:
            self.body.render(run)
            written = run.output.text()
        finally:
            run.output = around
        run.budget.spend_on(len(written))
        return written


def _beside(other: Value, value: Value, expression: Expression) -> Value:
    """Next to a string, a reference without a value is what it is elsewhere: its own source."""
    if value is None and type(other) is str and isinstance(expression, Lookup):
        return expression.source
    return value


def evaluate_all(expressions: tuple[Expression, ...], run: Run) -> list[Value]:
    run.budget.spend(1 + len(expressions))
    return [expression.evaluate(run) for expression in expressions]


def item(value: Value, index: Value, run: Run) -> Value:
    """`value[index]`, or nothing."""
    if type(value) is list and type(index) is int:
        return value[index] if -len(value) <= index < len(value) else None
    if type(value) is dict and index is not None:
        return value.get(text(index, run.budget))
    return None
