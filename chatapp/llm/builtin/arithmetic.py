"""Sums written the way people write them. Never runs code: only numbers and operators count."""

import ast
import math
import operator
import re
from collections.abc import Callable
from typing import Any

from chatapp.search.words import folded

LONGEST = 200
LARGEST = 10.0**15
LARGEST_POWER = 64

_ASKING = re.compile(
    r"^(?:what(?:'s| is| are)|how much (?:is|are)|calculate|compute|evaluate|and|so|"
    r"was (?:ist|sind|ergibt)|wie ?viel (?:ist|sind|ergibt)|berechne|rechne|"
    r"combien (?:font|fait)|calcule[rz]?|"
    r"cuanto (?:es|son)|calcula)\b[: ]*"
)
_OF = r"(?:of|von|de)\b"
_SPOKEN = (
    (rf"(\d[\d.,]*) ?(?:%|percent|per cent|prozent|pour ?cent|por ?ciento) {_OF}", r"\1/100*"),
    (
        r"\b(?:square root of|sqrt|wurzel aus|racine (?:carree )?de) ?\(?(\d[\d.,]*)\)?",
        r"(\1**0.5)",
    ),
    (r"\b(?:plus|und|mas)\b", "+"),
    (r"\b(?:minus|less|moins|menos)\b", "-"),
    (r"\b(?:divided by|over|(?:geteilt )?durch|divise par|dividido (?:por|entre))\b|÷", "/"),
    (r"\b(?:times|multiplied by|mal|fois|por)\b|(?<=[\d)]) ?x ?(?=[\d(])|[×·✕]", "*"),
    (r"(?<=\d):(?=\d)", "/"),
    (r"\b(?:to the power of|hoch)\b|\^", "**"),
    (r"−|–", "-"),
)
_THOUSANDS = re.compile(r"(?<=\d)[,'_  ](?=\d{3}(?!\d))")
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d)")
_OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}


def expression_in(message: str) -> str:
    """The sum a message consists of, as Python writes it; empty if it is no sum."""
    text = folded(message).strip(" ¿?¡!.=")
    if len(text) > LONGEST or not any(letter.isdigit() for letter in text):
        return ""
    text = _ASKING.sub("", text)
    for spoken, written in _SPOKEN:
        text = re.sub(spoken, written, text)
    text = _DECIMAL_COMMA.sub(".", _THOUSANDS.sub("", text)).strip(" ¿?¡!.=")
    is_sum = re.fullmatch(r"[\d.+\-*/%() ]+", text) and re.search(r"[\d)] *[-+*/%]+ *[-\d(]", text)
    return text if is_sum and not re.fullmatch(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}", text) else ""


def as_asked(message: str) -> str:
    """The sum in the user's own writing."""
    text = message.strip(" ¿?¡!.=")
    asking = _ASKING.match(folded(text)) if len(folded(text)) == len(text) else None
    return text[asking.end() :] if asking else text


def evaluate(expression: str) -> str | None:
    """The result as people write it; None if there is none, or it would be beyond reason."""
    try:
        value = _value(ast.parse(expression, mode="eval").body)
    except (SyntaxError, ValueError, ZeroDivisionError, OverflowError, TypeError, RecursionError):
        return None
    if isinstance(value, complex) or not math.isfinite(value) or abs(value) > LARGEST**4:
        return None
    if isinstance(value, int) or (value.is_integer() and abs(value) < LARGEST):
        return f"{int(value):,}"
    return f"{value:,.10g}" if abs(value) < LARGEST else f"{value:.6g}"


def _value(node: ast.expr) -> Any:
    match node:
        case ast.Constant(value=int() | float() as number):
            return number
        case ast.UnaryOp(op=op, operand=operand) if type(op) in _OPERATORS:
            return _OPERATORS[type(op)](_value(operand))
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return _power(_value(left), _value(right))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return _OPERATORS[type(op)](_value(left), _value(right))
    raise ValueError("That is no sum.")


def _power(base: Any, exponent: Any) -> Any:
    if abs(exponent) > LARGEST_POWER or abs(base) > LARGEST:
        raise OverflowError
    return base**exponent
