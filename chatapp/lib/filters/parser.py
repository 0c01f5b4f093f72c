"""Reads a filter by operator precedence. It knows the grammar, and nothing of attributes."""

from .errors import FilterError
from .lexer import Token, tokens
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
from .numbers import MAX_INTEGER, MAX_OPERATORS

MAX_LENGTH = 8_000
MAX_NESTING = 50
MAX_CHOICES = 1_000

_OR, _AND, _NOT, _PREDICATE, _SUM, _PRODUCT, _SIGN = range(1, 8)
_POWERS = {
    "or": _OR,
    "and": _AND,
    **dict.fromkeys(("=", "<>", "<", "<=", ">", ">=", "is", "in", "not"), _PREDICATE),
    **dict.fromkeys(("+", "-"), _SUM),
    **dict.fromkeys(("*", "/", "%"), _PRODUCT),
}


def parse(text: str) -> Expr:
    """The filter as a tree. It must be checked before it can be used."""
    if len(text) > MAX_LENGTH:
        raise FilterError(f"A filter has {MAX_LENGTH:,} characters at most.", MAX_LENGTH)
    return _Parser(text).filter()


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = tokens(text)
        self._token = next(self._tokens)
        self._depth = 0

    def filter(self) -> Expr:
        expression = self._expression()
        self._take("end")
        return expression

    def _next(self) -> Token:
        token = self._token
        if token.kind != "end":
            self._token = next(self._tokens)
        return token

    def _take(self, kind: str) -> Token:
        if self._token.kind != kind:
            raise self._unexpected()
        return self._next()

    def _accept(self, kind: str) -> bool:
        if self._token.kind != kind:
            return False
        self._next()
        return True

    def _unexpected(self, token: Token | None = None) -> FilterError:
        token = token or self._token
        what = "The end" if token.kind == "end" else f"{token.kind!r}"
        return FilterError(f"{what} is not expected here.", token.position)

    def _expression(self, power: int = 0) -> Expr:
        """An operand and what follows it, as long as that binds tighter than `power`."""
        left = self._operand(power)
        compared = False
        while (binding := _POWERS.get(self._token.kind, 0)) > power:
            if binding == _PREDICATE and compared:
                raise self._unexpected()
            compared = binding == _PREDICATE
            left = self._continued(left, binding)
        return left

    def _continued(self, left: Expr, binding: int) -> Expr:
        if binding in (_AND, _OR):
            return self._logic(left, self._token, binding)
        if binding == _PREDICATE:
            return self._predicate(left, self._next())
        token = self._next()
        right = self._expression(binding)
        return _limited(Calculation(token.kind, left, right, token.position))

    def _operand(self, power: int) -> Expr:
        token = self._next()
        match token.kind:
            case "number" | "text" | "true" | "false" | "null":
                return _literal(token)
            case "attribute":
                return _attribute(token)
            case "-" | "+" if self._token.kind == "number":
                return _literal(self._next(), token)
            case "(" | "-" | "+":
                return self._nested(token)
            case "not" if power <= _NOT:
                return self._nested(token)
        raise self._unexpected(token)

    def _nested(self, token: Token) -> Expr:
        self._depth += 1
        if self._depth > MAX_NESTING:
            raise FilterError(f"More than {MAX_NESTING} levels.", token.position)
        if token.kind == "(":
            operand = self._expression()
            self._take(")")
        elif token.kind == "not":
            operand = Not(self._expression(_NOT), token.position)
        else:
            operand = _signed(token, self._expression(_SIGN))
        self._depth -= 1
        return operand

    def _logic(self, left: Expr, token: Token, binding: int) -> Expr:
        operands = [left]
        while self._accept(token.kind):
            operands.append(self._expression(binding))
        node = And if binding == _AND else Or
        return node(tuple(operands), token.position)

    def _predicate(self, left: Expr, token: Token) -> Expr:
        match token.kind:
            case "is":
                negated = self._accept("not")
                self._take("null")
                predicate: Expr = IsNull(left, token.position)
            case "not" | "in":
                negated = token.kind == "not"
                if negated:
                    self._take("in")
                predicate = self._membership(left, token.position)
            case operator:
                right = self._expression(_PREDICATE)
                return Comparison(operator, left, right, token.position)
        return Not(predicate, token.position) if negated else predicate

    def _membership(self, left: Expr, position: int) -> Expr:
        if self._token.kind != "attribute":
            choices = self._choices()
            if len(choices) > MAX_CHOICES:
                raise FilterError(f"More than {MAX_CHOICES:,} choices.", position)
            return Among(left, tuple(choices), position)
        if not isinstance(left, Literal) or left.value is None:
            raise FilterError("Only a text or a number can be searched in a list.", position)
        return Contains(_attribute(self._next()), left, position)

    def _choices(self) -> list[Literal]:
        """`(1, 2)`; also `((1, 2), 3)`, since a list may be filled in between parentheses."""
        self._take("(")
        choices = self._choice()
        while self._accept(","):
            choices += self._choice()
        self._take(")")
        return choices

    def _choice(self) -> list[Literal]:
        if self._token.kind == "(":
            return self._choices()
        operand = self._operand(_SIGN)
        if not isinstance(operand, Literal):
            raise FilterError("The choices of IN are plain values.", operand.position)
        return [operand]


def _literal(token: Token, sign: Token | None = None) -> Literal:
    value = {"true": True, "false": False, "null": None}.get(token.kind, token.value)
    if sign and sign.kind == "-" and type(value) in (int, float):
        value = -value  # type: ignore[operator]
    if type(value) is int and value > MAX_INTEGER:
        raise FilterError("A whole number is too large.", token.position)
    return Literal(value, token.position)


def _attribute(token: Token) -> Attribute:
    level, _, name = str(token.value).partition(".")
    return Attribute("doc" if level == "doc" else "part", name, token.position)


def _signed(sign: Token, operand: Expr) -> Expr:
    if sign.kind == "-":
        return _limited(Negative(operand, sign.position))
    return _limited(Calculation("+", Literal(0, sign.position), operand, sign.position))


def _limited(calculation: Negative | Calculation) -> Expr:
    if _operators(calculation) > MAX_OPERATORS:
        raise FilterError(
            f"A calculation has {MAX_OPERATORS} operators at most.", calculation.position
        )
    return calculation


def _operators(expression: Expr) -> int:
    match expression:
        case Calculation(left=left, right=right):
            return 1 + _operators(left) + _operators(right)
        case Negative(operand=operand):
            return 1 + _operators(operand)
    return 0
