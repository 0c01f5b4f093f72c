"""The statements of a template as immutable nodes that can render themselves.

`render` answers nothing when the text goes on, or why it does not: `#break` or `#stop`.
"""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from .errors import Position
from .expressions import Expression, Lookup, evaluate_all, item
from .run import Run
from .values import Value, is_true, text


class Exit(Enum):
    """Why a rendering does not go on to the next statement."""

    BREAK = auto()
    STOP = auto()


class Statement(Protocol):
    def render(self, run: Run) -> Exit | None: ...


@dataclass(frozen=True, slots=True)
class Block:
    statements: tuple[Statement, ...]

    def render(self, run: Run) -> Exit | None:
        for statement in self.statements:
            if reason := statement.render(run):
                return reason
        return None


@dataclass(frozen=True, slots=True)
class Text:
    text: str

    def render(self, run: Run) -> None:
        run.budget.spend()
        run.output.write(self.text)


@dataclass(frozen=True, slots=True)
class Print:
    """A reference in the text: its value, or its own source if it has none and is not quiet.

    Backslashes before it escape it and each other, but only when it has a value.
    """

    lookup: Lookup
    quiet: bool
    backslashes: int

    def render(self, run: Run) -> None:
        value = self.lookup.evaluate(run)
        escapes, escaped = divmod(self.backslashes, 2)
        prefix = "\\" * escapes
        if escaped:
            shown = self.lookup.source if value is not None else "\\" + self.lookup.source
        elif value is None:
            prefix *= 2
            shown = "" if self.quiet else self.lookup.source
        else:
            shown = text(value, run.budget)
        run.output.write(prefix + shown)


@dataclass(frozen=True, slots=True)
class If:
    """`#if`, `#elseif` …, the first whose condition holds; `#else` holds always."""

    branches: tuple[tuple[Expression, Block], ...]

    def render(self, run: Run) -> Exit | None:
        run.budget.spend()
        for condition, block in self.branches:
            if is_true(condition.evaluate(run)):
                return block.render(run)
        return None


@dataclass(frozen=True, slots=True)
class Foreach:
    """`#foreach` over a list or the values of a map. What its names meant before comes back."""

    name: str
    items: Expression
    block: Block

    def render(self, run: Run) -> Exit | None:
        items = _items(self.items.evaluate(run))
        names = (self.name, "foreach", "velocityCount", "velocityHasNext")
        outside = {name: run.variables[name] for name in names if name in run.variables}
        reason = self._repeat(items, outside.get("foreach"), run)
        for name in names:
            run.variables.pop(name, None)
        run.variables.update(outside)
        return reason

    def _repeat(self, items: list[Value], parent: Value, run: Run) -> Exit | None:
        for index, value in enumerate(items):
            run.budget.spend(2)
            has_next = index + 1 < len(items)
            run.variables["foreach"] = _loop(index, has_next, parent)
            run.variables["velocityCount"] = index + 1
            run.variables["velocityHasNext"] = has_next
            run.variables[self.name] = value
            reason = self.block.render(run)
            if reason:
                return None if reason is Exit.BREAK else reason
        return None


@dataclass(frozen=True, slots=True)
class Set:
    """`#set`: a variable, or a place in its value, gets a value; no value changes nothing."""

    name: str
    keys: tuple[Expression, ...]
    value: Expression
    position: Position

    def render(self, run: Run) -> None:
        run.budget.spend()
        run.position = self.position
        value = self.value.evaluate(run)
        if value is not None:
            keys = evaluate_all(self.keys, run)
            run.variables[self.name] = _placed(run.variables.get(self.name), keys, value, run)


@dataclass(frozen=True, slots=True)
class Leave:
    """`#break` and `#stop`."""

    reason: Exit

    def render(self, run: Run) -> Exit:
        return self.reason


def _items(value: Value) -> list[Value]:
    if type(value) is list:
        return value
    return list(value.values()) if type(value) is dict else []


def _placed(container: Value, keys: list[Value], value: Value, run: Run) -> Value:
    """The container with the value at the end of the keys; unchanged if there is no such place."""
    path: list[tuple[Value, Value]] = []
    inner = container
    for key in keys:
        path.append((inner, key))
        inner = item(inner, key, run)
    placed = value
    for holder, key in reversed(path):
        changed = _with_item(holder, key, placed, run)
        if changed is None:
            return container
        placed = changed
    return placed


def _with_item(container: Value, key: Value, value: Value, run: Run) -> Value:
    """A copy with one item more or another one, or nothing."""
    if type(container) is dict and key is not None:
        run.budget.spend_on(len(container))
        return {**container, text(key, run.budget): value}
    if type(container) is list and item(container, key, run) is not None and type(key) is int:
        run.budget.spend_on(len(container))
        changed = container.copy()
        changed[key] = value
        return changed
    return None


def _loop(index: int, has_next: bool, parent: Value) -> Value:
    return {
        "index": index,
        "count": index + 1,
        "first": index == 0,
        "last": not has_next,
        "hasNext": has_next,
        "parent": parent,
    }
