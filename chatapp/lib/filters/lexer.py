"""Cuts a filter into tokens. What is none of them is an error."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from .errors import FilterError
from .nodes import Scalar
from .numbers import MAX_INTEGER

KEYWORDS = frozenset({"and", "or", "not", "in", "is", "null", "true", "false"})

_TOKEN = re.compile(
    r"""
      (?P<blank>[ \t\r\n]++)
    | (?P<number>(?:[0-9]++(?:\.[0-9]++)?+|\.[0-9]++)(?:[eE][+-]?[0-9]++)?+)(?![A-Za-z0-9_.])
    | '(?P<text>[^']*+(?:''[^']*+)*+)'
    | (?P<attribute>(?:doc|part)\.[A-Za-z_][A-Za-z0-9_]*+)(?![.])
    | (?P<word>[A-Za-z]++)(?![A-Za-z0-9_.])
    | (?P<symbol><=|>=|<>|!=|==|[-+*/%=<>(),])
    """,
    re.VERBOSE,
)
_SYNONYMS = {"==": "=", "!=": "<>"}


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is number, text, attribute, end, or the keyword or symbol itself."""

    kind: str
    value: Scalar
    position: int


def tokens(text: str) -> Iterator[Token]:
    position = 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            raise FilterError(_complaint(text[position]), position)
        if found.lastgroup != "blank":
            yield _token(found)
        position = found.end()
    yield Token("end", None, position)


def _token(found: re.Match[str]) -> Token:
    kind, written, position = found.lastgroup, found[0], found.start()
    if kind == "number":
        return Token("number", _number(written, position), position)
    if kind == "text":
        return Token("text", checked_text(found["text"].replace("''", "'"), position), position)
    if kind == "attribute":
        return Token("attribute", written, position)
    if kind == "word" and written.lower() not in KEYWORDS:
        raise FilterError(f"{written!r} is not known.", position)
    symbol = _SYNONYMS.get(written, written.lower())
    return Token(symbol, None, position)


def _number(written: str, position: int) -> int | float:
    if written.isdigit():
        # One more than the largest, which is the smallest without its sign.
        if len(written) > 19 or int(written) > MAX_INTEGER + 1:
            raise FilterError("A whole number is too large.", position)
        return int(written)
    number = float(written)
    if not math.isfinite(number):
        raise FilterError("A number is too large.", position)
    return number


def checked_text(text: str, position: int) -> str:
    """Refuse what a database could not store, and so not compare either."""
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise FilterError("A text has characters that no text can have.", position)
    return text


def _complaint(character: str) -> str:
    if character == "'":
        return "A text has no end."
    return f"{character!r} is not expected here."
