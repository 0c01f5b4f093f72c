"""Reads references and expressions, by recursive descent over a scanner."""

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from .errors import Position, VelocityLimitError
from .expressions import (
    And,
    Call,
    Chain,
    Expression,
    Index,
    Interpolated,
    ListOf,
    Literal,
    Lookup,
    MapOf,
    Not,
    Or,
    Property,
    Range,
    Renderable,
    Step,
)
from .scanner import Scanner

MAX_NESTING = 40
MAX_PARTS = 10_000
MAX_DIGITS = 100

REFERENCE = re.compile(r"\$!?\{?(?=[A-Za-z_])")
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_PROPERTY = re.compile(r"\.([A-Za-z][A-Za-z0-9_-]*)")


def _token(pattern: str) -> re.Pattern[str]:
    """A pattern that may stand after white space."""
    return re.compile(rf"[ \t\r\n]*(?:{pattern})")


def _word(word: str) -> str:
    return rf"{word}(?![A-Za-z0-9_])"


OPEN, CLOSE = _token(r"\("), _token(r"\)")
_OPEN_CALL, _CLOSE_FORMAL = re.compile(r"\("), re.compile(r"\}")
_OPEN_INDEX, _CLOSE_INDEX = re.compile(r"\["), _token(r"\]")
_OPEN_BRACE, _CLOSE_BRACE = _token(r"\{"), _token(r"\}")
_COMMA, _COLON, _DOTS = _token(","), _token(":"), _token(r"\.\.")
_OPEN_LIST = _token(r"\[")
_BEFORE_REFERENCE = _token(r"(?=\$!?\{?[A-Za-z_])")
_DECIMAL = _token(r"-?(?:[0-9]+\.(?!\.)[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][+-]?[0-9]+)?")
_INTEGER = _token(r"-?[0-9]+")
_BOOLEAN = _token(_word("(true|false)"))
_SINGLE_QUOTED = _token(r"'([^']*+(?:''[^']*+)*+)'")
_DOUBLE_QUOTED = _token(r'"([^"]*+(?:""[^"]*+)*+)"')
_NOT = _token(rf"!|{_word('not')}")
_AND = _token(rf"&&|{_word('and')}")
_OR = _token(rf"\|\||{_word('or')}")

_RANKS = (
    _token(rf"==|!=|{_word('eq')}|{_word('ne')}"),
    _token("<=|>=|<|>|" + "|".join(map(_word, ("lt", "le", "gt", "ge")))),
    _token(r"[+-]"),
    _token(r"[*/%]"),
)
_WORDS = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}

T = TypeVar("T")


class Limits:
    """How deep and how large a template is, shared with the parsers of strings inside it."""

    def __init__(self) -> None:
        self._levels = 0
        self._parts = 0

    @contextmanager
    def deeper(self, scanner: Scanner) -> Iterator[None]:
        self._levels += 1
        if self._levels > MAX_NESTING:
            raise VelocityLimitError(f"More than {MAX_NESTING} levels.", scanner.position())
        yield
        self._levels -= 1

    def one_more(self, scanner: Scanner) -> None:
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise VelocityLimitError(f"More than {MAX_PARTS:,} parts.", scanner.position())


class ExpressionParser(ABC):
    def __init__(self, scanner: Scanner, limits: Limits) -> None:
        self.scanner = scanner
        self.limits = limits
        self.lookups: list[Lookup] = []

    @abstractmethod
    def template_within(self, source: str, origin: Position) -> Renderable:
        """What a string in double quotes stands for."""

    def lookup(self) -> Lookup:
        """A reference whose `$` is right here."""
        start = self.scanner.offset
        opening = self.scanner.expect(REFERENCE, "A reference")[0]
        root = self.scanner.expect(_IDENTIFIER, "A name")[0]
        steps = tuple(self._steps())
        if opening.endswith("{"):
            self.scanner.expect(_CLOSE_FORMAL, "The '}' of a reference")
        source = self.scanner.source[start : self.scanner.offset]
        return Lookup(root, steps, source, self.scanner.position(start))

    def _steps(self) -> Iterator[Step]:
        while True:
            if self.scanner.match(_OPEN_INDEX):
                with self.limits.deeper(self.scanner):
                    index = self.expression()
                self.scanner.expect(_CLOSE_INDEX, "A ']'")
                yield Index(index)
            elif found := self.scanner.match(_PROPERTY):
                yield self._property_or_call(found[1])
            else:
                return

    def _property_or_call(self, name: str) -> Step:
        if not self.scanner.match(_OPEN_CALL):
            return Property(name)
        return Call(name, self._until(CLOSE, "A ')'", self.expression))

    def _until(self, end: re.Pattern[str], what: str, part: Callable[[], T]) -> tuple[T, ...]:
        """Parts with commas between them, up to the end."""
        if self.scanner.match(end):
            return ()
        with self.limits.deeper(self.scanner):
            parts = [part()]
            while self.scanner.match(_COMMA):
                parts.append(part())
        self.scanner.expect(end, what)
        return tuple(parts)

    def expression(self) -> Expression:
        operands = self._operands(self._conjunction, _OR)
        return Or(operands) if len(operands) > 1 else operands[0]

    def _conjunction(self) -> Expression:
        operands = self._operands(self._chain, _AND)
        return And(operands) if len(operands) > 1 else operands[0]

    def _operands(
        self, operand: Callable[[], Expression], operator: re.Pattern[str]
    ) -> tuple[Expression, ...]:
        operands = [operand()]
        while self.scanner.match(operator):
            operands.append(operand())
        return tuple(operands)

    def _chain(self, rank: int = 0) -> Expression:
        if rank == len(_RANKS):
            return self._unary()
        first = self._chain(rank + 1)
        rest: list[tuple[str, Expression]] = []
        while found := self.scanner.match(_RANKS[rank]):
            operator = found[0].strip()
            rest.append((_WORDS.get(operator, operator), self._chain(rank + 1)))
        return Chain(first, tuple(rest)) if rest else first

    def _unary(self) -> Expression:
        if not self.scanner.match(_NOT):
            return self._primary()
        with self.limits.deeper(self.scanner):
            return Not(self._unary())

    def _primary(self) -> Expression:
        self.limits.one_more(self.scanner)
        match = self.scanner.match
        if match(_BEFORE_REFERENCE):
            found = self.lookup()
            self.lookups.append(found)
            return found
        if literal := self._scalar():
            return literal
        if match(_OPEN_LIST):
            return self._list_or_range()
        if match(_OPEN_BRACE):
            return MapOf(self._until(_CLOSE_BRACE, "A '}'", self._entry))
        if match(OPEN):
            with self.limits.deeper(self.scanner):
                inner = self.expression()
            self.scanner.expect(CLOSE, "A ')'")
            return inner
        raise self.scanner.error("A value is missing here.")

    def _scalar(self) -> Expression | None:
        match = self.scanner.match
        if found := match(_SINGLE_QUOTED):
            return Literal(found[1].replace("''", "'"))
        if found := match(_DOUBLE_QUOTED):
            return self._interpolated(found[1].replace('""', '"'), found.start(1))
        if found := match(_DECIMAL):
            return Literal(self._decimal(found[0]))
        if found := match(_INTEGER):
            return Literal(self._integer(found[0].strip()))
        if found := match(_BOOLEAN):
            return Literal(found[1] == "true")
        return None

    def _interpolated(self, source: str, offset: int) -> Expression:
        if "$" not in source and "#" not in source:
            return Literal(source)
        with self.limits.deeper(self.scanner):
            return Interpolated(self.template_within(source, self.scanner.position(offset)))

    def _decimal(self, digits: str) -> float:
        number = float(digits)
        if not math.isfinite(number):
            raise VelocityLimitError("A number is too large.", self.scanner.position())
        return number

    def _integer(self, digits: str) -> int:
        if len(digits) > MAX_DIGITS:
            raise VelocityLimitError("A number is too large.", self.scanner.position())
        return int(digits)

    def _list_or_range(self) -> Expression:
        if self.scanner.match(_CLOSE_INDEX):
            return ListOf(())
        with self.limits.deeper(self.scanner):
            first = self.expression()
            if self.scanner.match(_DOTS):
                value: Expression = Range(first, self.expression())
            else:
                rest = [self.expression() for _ in iter(lambda: self.scanner.match(_COMMA), None)]
                value = ListOf((first, *rest))
        self.scanner.expect(_CLOSE_INDEX, "A ']'")
        return value

    def _entry(self) -> tuple[Expression, Expression]:
        key = self.expression()
        self.scanner.expect(_COLON, "A ':'")
        return key, self.expression()
