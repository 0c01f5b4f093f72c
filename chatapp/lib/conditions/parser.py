"""From text to something that can be evaluated again and again."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from .errors import ConditionError
from .functions import FUNCTIONS, call
from .operators import calculated, compared, contains, equal, negative, number, truth
from .paths import steps_of, walked

MAX_LENGTH = 5_000
MAX_DEPTH = 60
MAX_DIGITS = 300
MAX_TOKENS = 500

Scope = Mapping[Any, Any]
Expression = Callable[[Scope], Any]

# Under this, a scope may hold what `knee(sensitivity, early_bias)` does; paths cannot reach it.
KNEE = object()


@dataclass(frozen=True, slots=True)
class Condition:
    text: str
    expression: Expression

    def holds(self, scope: Scope) -> bool:
        """Raises ConditionError."""
        return truth(self.expression(scope))

    def value(self, scope: Scope) -> Any:
        """Raises ConditionError."""
        return self.expression(scope)


@lru_cache(maxsize=256)
def parse(text: str) -> Condition:
    """Raises ConditionError with the column."""
    if len(text) > MAX_LENGTH:
        raise ConditionError(f"A condition has {MAX_LENGTH:,} characters at most.")
    return Condition(text, _Parser(text).whole())


_TOKEN = re.compile(
    r"""\s*(?:
        (?P<number>(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?)
      | (?P<text>'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.)*")
      | (?P<name>[A-Za-z_]\w*)
      | (?P<sign>==|!=|<>|<=|>=|&&|\|\||[-+*/%()<>,!])
    )""",
    re.VERBOSE | re.DOTALL,
)
_WORDS = {"&&": "and", "||": "or", "!": "not", "<>": "!=", "true": "true", "false": "false"}
_CONSTANTS = {"true": True, "false": False, "null": None}
_LEVELS = (("or",), ("and",), ("==", "!=", "<", "<=", ">", ">=", "in"), ("+", "-"), ("*", "/", "%"))
_ESCAPES = {"n": "\n", "t": "\t"}


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._at = 0
        self._depth = 0

    def whole(self) -> Expression:
        expression = self._binary(0)
        if self._kind() != "end":
            raise self._wrong()
        return expression

    def _binary(self, level: int) -> Expression:
        """Operators of one level, from left to right, over those that bind tighter."""
        if level == len(_LEVELS):
            return self._unary()
        left = self._binary(level + 1)
        while self._sign() in _LEVELS[level]:
            sign = self._next()
            left = _operation(sign, left, self._binary(level + 1))
        return left

    def _unary(self) -> Expression:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ConditionError("The condition is nested too deeply.")
        try:
            sign = self._sign()
            if sign == "not":
                self._next()
                operand = self._binary(2)
                return lambda scope: not truth(operand(scope))
            if sign in ("-", "+"):
                self._next()
                operand = self._unary()
                if sign == "+":
                    return lambda scope: calculated("+", 0, operand(scope))
                return lambda scope: negative(operand(scope))
            return self._primary()
        finally:
            self._depth -= 1

    def _primary(self) -> Expression:
        kind, value, _ = self._tokens[self._at]
        if kind in ("number", "text"):
            self._at += 1
            return lambda _: value
        if value == "(":
            return self._parenthesis()
        if kind == "name":
            self._at += 1
            if value in _CONSTANTS:
                constant = _CONSTANTS[value]
                return lambda _: constant
            if value == "get":
                return self._get()
            return self._choice() if value == "if" else self._call(value)
        raise self._wrong()

    def _get(self) -> Expression:
        self._expect("(")
        if self._kind() != "text":
            raise self._wrong("get takes a path like '$.output.text'")
        steps = steps_of(self._next())
        default: Expression = lambda _: None  # noqa: E731 - as every other expression
        if self._sign() == ",":
            self._next()
            default = self._binary(0)
        self._expect(")")

        def get(scope: Scope) -> Any:
            found = walked(scope, steps)
            return default(scope) if found is None else found

        return get

    def _parenthesis(self) -> Expression:
        self._expect("(")
        inner = self._binary(0)
        self._expect(")")
        return inner

    def _choice(self) -> Expression:
        condition = self._parenthesis()
        first = self._binary(0)
        self._expect("else")
        second = self._binary(0)
        return lambda scope: first(scope) if truth(condition(scope)) else second(scope)

    def _call(self, name: str) -> Expression:
        self._expect("(")
        arguments: list[Expression] = []
        while self._sign() != ")":
            arguments.append(self._binary(0))
            if self._sign() != ")":
                self._expect(",")
        self._expect(")")
        return _function(name, arguments)

    def _expect(self, value: str) -> None:
        if self._sign() != value:
            raise self._wrong(f"{value!r} was expected")
        self._next()

    def _sign(self) -> str:
        kind, value, _ = self._tokens[self._at]
        return str(value) if kind in ("sign", "name") else ""

    def _kind(self) -> str:
        return self._tokens[self._at][0]

    def _next(self) -> str:
        self._at += 1
        return str(self._tokens[self._at - 1][1])

    def _wrong(self, why: str = "") -> ConditionError:
        kind, value, column = self._tokens[self._at]
        found = "the end" if kind == "end" else repr(value)
        return ConditionError(f"Column {column}: {why or 'this cannot stand here'}: {found}.")


def _tokens(text: str) -> list[tuple[str, Any, int]]:
    tokens: list[tuple[str, Any, int]] = []
    place, end = 0, len(text.rstrip())
    while place < end:
        match = _TOKEN.match(text, place)
        if match is None:
            raise ConditionError(f"Column {place + 1}: {text[place:].strip()[:1]!r} means nothing.")
        kind = str(match.lastgroup)
        tokens.append((kind, _value(kind, match[kind]), match.start(kind) + 1))
        place = match.end()
        if len(tokens) > MAX_TOKENS:
            raise ConditionError("The condition has too many parts.")
    return [*tokens, ("end", "", end + 1)]


def _value(kind: str, text: str) -> Any:
    if kind == "number":
        if len(text) > MAX_DIGITS:
            raise ConditionError(f"A number has {MAX_DIGITS} digits at most.")
        return float(text) if re.search(r"[.eE]", text) else int(text)
    if kind == "text":
        inner = text[1:-1].replace("''", "'") if text[0] == "'" else text[1:-1]
        return re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[1]), inner, flags=re.DOTALL)
    return _WORDS.get(text.lower(), text.lower() if text.lower() in ("and", "or", "not") else text)


def _operation(sign: str, left: Expression, right: Expression) -> Expression:
    match sign:
        case "and":
            return lambda scope: truth(left(scope)) and truth(right(scope))
        case "or":
            return lambda scope: truth(left(scope)) or truth(right(scope))
        case "==":
            return lambda scope: equal(left(scope), right(scope))
        case "!=":
            return lambda scope: not equal(left(scope), right(scope))
        case "in":
            return lambda scope: contains(right(scope), left(scope))
        case "<" | "<=" | ">" | ">=":
            return lambda scope: compared(sign, left(scope), right(scope))
    return lambda scope: calculated(sign, left(scope), right(scope))


def _function(name: str, arguments: list[Expression]) -> Expression:
    if name == "knee":
        return _knee(arguments)
    if name not in FUNCTIONS:
        raise ConditionError(f"There is no {name!r}; there are get, {', '.join(FUNCTIONS)}.")
    least, most, _ = FUNCTIONS[name]
    if not least <= len(arguments) <= most:
        raise ConditionError(f"{name} takes {least} arguments, not {len(arguments)}.")
    return lambda scope: call(name, [argument(scope) for argument in arguments])


def _knee(arguments: list[Expression]) -> Expression:
    if len(arguments) > 2:
        raise ConditionError(f"knee takes 2 arguments at most, not {len(arguments)}.")

    def knee(scope: Scope) -> Any:
        if KNEE not in scope:
            raise ConditionError("knee() is for the results of a search.")
        return scope[KNEE](*(number(argument(scope)) for argument in arguments))

    return knee
