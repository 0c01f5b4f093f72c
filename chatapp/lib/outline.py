"""Where the blocks of a Markdown text begin and end, whole or still being written."""

import re
from enum import Enum, auto
from itertools import accumulate

from markdown_it.token import Token

from chatapp.lib.markdown import parser


class Ending(Enum):
    """What a text ends in, which says how it may grow."""

    NOTHING = auto()
    PROSE = auto()
    CODE = auto()
    OTHER = auto()


def split(text: str) -> list[str]:
    """The sources of the top-level blocks."""
    return [source_of(text, start, end) for start, end in spans(text, outline(text))]


def source_of(text: str, start: int, end: int) -> str:
    return text[start:end].rstrip("\n") + "\n"


def outline(text: str) -> list[Token]:
    """The block tokens; what stands inside the lines is left unread."""
    tokens: list[Token] = []
    parser().block.parse(text, parser(), {}, tokens)
    return tokens


def spans(text: str, tokens: list[Token]) -> list[tuple[int, int]]:
    """From which character to which each top-level block reaches."""
    offsets = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
    maps = [token.map for token in tokens if token.level == 0 and token.map and token.nesting >= 0]
    return [(offsets[first], min(offsets[last], len(text))) for first, last in maps]


def ending(tokens: list[Token]) -> Ending:
    """Read the closing tags from the back to what they close."""
    for token in reversed(tokens):
        if token.type in {"td_close", "th_close"}:
            return Ending.OTHER
        if token.nesting >= 0:
            is_code = token.type == "fence" and token.level == 0
            return (
                Ending.PROSE if token.type == "inline" else Ending.CODE if is_code else Ending.OTHER
            )
    return Ending.NOTHING


def decided_prefix(text: str, line_start: int) -> int:
    """Where the first characters end that leave no doubt what kind of line this is, or 0."""
    match = _DECIDED.match(text, line_start)
    return match.end() if match else 0


def fence_end(text: str, shown: int) -> int:
    """Where the closing line of the fence the text opens with ends, or 0. `shown` is within it."""
    opener = _FENCE.match(text)
    if not opener:
        return 0
    mark, length = re.escape(opener[1][0]), len(opener[1])
    closer = re.compile(rf"^ {{0,3}}{mark}{{{length},}}[ \t]*\n", re.MULTILINE)
    line_start = text.rfind("\n", 0, shown) + 1
    found = closer.search(text, max(line_start, opener.end()))
    return found.end() if found else 0


def may_be_fence_end(text: str, line_start: int) -> bool:
    """Whether the last line, not yet complete, could turn out to close a fence."""
    return bool(_MAYBE_FENCE_END.match(text, line_start))


_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_MAYBE_FENCE_END = re.compile(r"[ \t]*(?:`+|~+)[ \t]*\Z")
_DECIDED = re.compile(
    r"""
    # quotes, bullets, numbers, headings …
    [ \t]* (?: (?: >[ \t]* | [-+*][ \t]+ | \d{1,9}[.)][ \t]+ | \#{1,6}[ \t]+ ) )*
    # … and then something that is no such mark, nor a rule, a fence, an underline or a table
    (?: (?: \*{1,3} | _{1,3} | ~~ | `{1,2} ) [^\s*_~`]
      | \d+ (?: [^\d.)\s] | [.)]\S | [ ]\S )
      | \#+[^\s\#] | \\[^\[\s] | \$[^$\s]
      | [^\s\d\#>\-+*=_~`$\\|:]
    )
    """,
    re.VERBOSE,
)
