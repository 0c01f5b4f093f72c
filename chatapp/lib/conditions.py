"""Conditions on data: `get('$.output.topic') == 'billing' and get('$.session.key') != 'x'`.

A small language of expressions, parsed once and evaluated over plain values. There are `get`
with a path and a default, literals, arithmetic, comparisons, `and or not` (also `&& || !`),
`if (…) a else b`, and a fixed list of pure functions. Nothing in it loops.

A value that is missing is null; comparing what cannot be compared is false.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

MAX_LENGTH = 5_000
MAX_DEPTH = 60
MAX_TOKENS = 500
MAX_TEXT = 100_000

Scope = Mapping[str, Any]
Expression = Callable[[Scope], Any]


class ConditionError(ValueError):
    """The text is no condition, or its values do not allow what it does."""


@dataclass(frozen=True, slots=True)
class Condition:
    text: str
    expression: Expression

    def holds(self, scope: Scope) -> bool:
        """Raises ConditionError."""
        return truth(self.expression(scope))


@lru_cache(maxsize=256)
def parse(text: str) -> Condition:
    """Raises ConditionError with the column."""
    if len(text) > MAX_LENGTH:
        raise ConditionError(f"A condition has {MAX_LENGTH:,} characters at most.")
    return Condition(text, _Parser(text).whole())


def truth(value: Any) -> bool:
    return bool(value) and value == value


_TOKEN = re.compile(
    r"""\s*(?:
        (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
      | (?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
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
                factor, operand = (-1 if sign == "-" else 1), self._unary()
                return lambda scope: factor * _number(operand(scope))
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
        steps = _steps(self._next())
        default: Expression = lambda _: None  # noqa: E731 - as every other expression
        if self._sign() == ",":
            self._next()
            default = self._binary(0)
        self._expect(")")

        def get(scope: Scope) -> Any:
            found = _walked(scope, steps)
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
        return float(text) if re.search(r"[.eE]", text) else int(text)
    if kind == "text":
        return re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[1]), text[1:-1], flags=re.DOTALL)
    return _WORDS.get(text.lower(), text.lower() if text.lower() in ("and", "or", "not") else text)


def _operation(sign: str, left: Expression, right: Expression) -> Expression:
    match sign:
        case "and":
            return lambda scope: truth(left(scope)) and truth(right(scope))
        case "or":
            return lambda scope: truth(left(scope)) or truth(right(scope))
        case "==":
            return lambda scope: _equal(left(scope), right(scope))
        case "!=":
            return lambda scope: not _equal(left(scope), right(scope))
        case "in":
            return lambda scope: _contains(right(scope), left(scope))
        case "<" | "<=" | ">" | ">=":
            return lambda scope: _compared(sign, left(scope), right(scope))
    return lambda scope: _calculated(sign, left(scope), right(scope))


def _equal(left: Any, right: Any) -> bool:
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return bool(left == right)


def _compared(sign: str, left: Any, right: Any) -> bool:
    both_text = isinstance(left, str) and isinstance(right, str)
    if not both_text and not (_is_number(left) and _is_number(right)):
        return False
    order = int(left > right) - int(left < right)
    return {"<": order < 0, "<=": order <= 0, ">": order > 0, ">=": order >= 0}[sign]


def _calculated(sign: str, left: Any, right: Any) -> Any:
    if sign == "+" and isinstance(left, str) and isinstance(right, str):
        if len(left) + len(right) > MAX_TEXT:
            raise ConditionError("A text grows too long.")
        return left + right
    a, b = _number(left), _number(right)
    try:
        return {"+": a + b, "-": a - b, "*": a * b}[sign] if sign in "+-*" else _divided(sign, a, b)
    except OverflowError as exc:
        raise ConditionError("A number grows too large.") from exc


def _divided(sign: str, a: float, b: float) -> float:
    if b == 0:
        raise ConditionError("Nothing can be divided by zero.")
    return a / b if sign == "/" else a % b


def _number(value: Any) -> float:
    if not _is_number(value) or abs(value) > 1e300:
        raise ConditionError(f"{str(value)[:50]!r} is no number to calculate with.")
    return float(value) if isinstance(value, int) and abs(value) > 2**53 else value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


# Paths

_STEP = re.compile(r"\.([A-Za-z_][\w-]*)|\[(\d{1,6})\]|\[(?:'([^']*)'|\"([^\"]*)\")\]")


def _steps(path: str) -> tuple[str | int, ...]:
    if not path.startswith("$"):
        raise ConditionError(f"A path begins with '$.', unlike {path[:50]!r}.")
    steps: list[str | int] = []
    place = 1
    while place < len(path):
        match = _STEP.match(path, place)
        if match is None:
            raise ConditionError(f"{path[:100]!r} is no path.")
        name, index, *quoted = match.groups()
        steps.append(int(index) if index else next(n for n in (name, *quoted) if n is not None))
        place = match.end()
    return tuple(steps)


def _walked(value: Any, steps: tuple[str | int, ...]) -> Any:
    for step in steps:
        if isinstance(step, int):
            value = value[step] if isinstance(value, list) and step < len(value) else None
        else:
            value = value.get(step) if isinstance(value, Mapping) else None
        if value is None:
            return None
    return value


# Functions


def _contains(whole: Any, part: Any) -> bool:
    if isinstance(whole, str):
        return isinstance(part, str) and part in whole
    if isinstance(whole, list):
        return any(_equal(item, part) for item in whole)
    return isinstance(whole, Mapping) and isinstance(part, str) and part in whole


def _length(value: Any) -> int:
    return len(value) if isinstance(value, str | list | Mapping) else 0


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ConditionError(f"{str(value)[:50]!r} is no text.")
    return value


def _whole(value: Any) -> float:
    return _number(value) if math.isfinite(_number(value)) else 0


_FUNCTIONS: dict[str, tuple[int, int, Callable[..., Any]]] = {
    "abs": (1, 1, lambda n: abs(_number(n))),
    "ceil": (1, 1, lambda n: math.ceil(_whole(n))),
    "contains": (2, 2, _contains),
    "ends_with": (2, 2, lambda whole, end: _text(whole).endswith(_text(end))),
    "floor": (1, 1, lambda n: math.floor(_whole(n))),
    "is_null": (1, 1, lambda value: value is None),
    "len": (1, 1, _length),
    "lower": (1, 1, lambda text: _text(text).lower()),
    "max": (1, 20, lambda *numbers: max(map(_number, numbers))),
    "min": (1, 20, lambda *numbers: min(map(_number, numbers))),
    "round": (1, 1, lambda n: round(_whole(n))),
    "starts_with": (2, 2, lambda whole, start: _text(whole).startswith(_text(start))),
    "upper": (1, 1, lambda text: _text(text).upper()),
}


def _function(name: str, arguments: list[Expression]) -> Expression:
    if name not in _FUNCTIONS:
        raise ConditionError(f"There is no {name!r}; there are get, {', '.join(_FUNCTIONS)}.")
    least, most, function = _FUNCTIONS[name]
    if not least <= len(arguments) <= most:
        raise ConditionError(f"{name} takes {least} arguments, not {len(arguments)}.")
    return lambda scope: function(*(argument(scope) for argument in arguments))
