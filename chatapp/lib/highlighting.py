"""Program text to spans with a handful of classes. The colours are in `static/css/code.css`."""

from functools import lru_cache
from html import escape
from itertools import groupby

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Token, _TokenType
from pygments.util import ClassNotFound

MAX_CHARS = 20_000

# The first that holds the token gives its class; the rest is left plain.
_CLASSES = (
    (Token.Comment, "tc"),
    (Token.Literal.String, "ts"),
    (Token.Literal.Number, "tn"),
    (Token.Keyword, "tk"),
    (Token.Operator.Word, "tk"),
    (Token.Name.Function, "tf"),
    (Token.Name.Class, "tf"),
    (Token.Name.Tag, "tk"),
    (Token.Name.Attribute, "tf"),
    (Token.Name.Decorator, "tf"),
    (Token.Name.Builtin, "tb"),
    (Token.Name.Constant, "tb"),
    (Token.Generic.Inserted, "ti"),
    (Token.Generic.Deleted, "td"),
    (Token.Generic.Heading, "tf"),
    (Token.Generic.Subheading, "tf"),
    (Token.Generic.Prompt, "tc"),
)
CLASSES = frozenset(name for _, name in _CLASSES)


def highlight(code: str, language: str) -> str:
    """Escaped HTML of the code, coloured if the language is known and the code not too long."""
    lexer = _lexer(language.lower()) if language and len(code) <= MAX_CHARS else None
    if lexer is None:
        return escape(code)
    pieces = ((_class_of(kind), text) for kind, text in lexer.get_tokens(code))
    return "".join(
        _span(name, "".join(text for _, text in run))
        for name, run in groupby(pieces, key=lambda piece: piece[0])
    )


def _span(name: str, text: str) -> str:
    return f'<span class="{name}">{escape(text)}</span>' if name else escape(text)


@lru_cache(maxsize=256)
def _class_of(kind: _TokenType) -> str:
    return next((name for family, name in _CLASSES if kind in family), "")


@lru_cache(maxsize=128)
def _lexer(language: str) -> Lexer | None:
    try:
        # Only what stands at the end may be added: the text must stay as it was written.
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None
