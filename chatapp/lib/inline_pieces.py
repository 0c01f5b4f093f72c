"""How much of a line that is still being written may be shown already.

Words may be shown as they come. A bold phrase, a piece of code, a link or a formula may be shown
once it is complete; until then it is held back, so that no reader sees its marks come and go.
"""

import re

_MARKS = re.compile(r"[`*_~$\[\\!]|https?:|mailto:")

# Each alternative is one complete thing. What may still grow asks for the character behind it.
_THING = re.compile(
    r"""
      (?P<plain> (?: (?!https?:|mailto:) (?: [^`*_~$\[\\!] | (?<=\w)_(?=\w) ) )+ )
    | (?P<sign>
          !(?=[^\[]) | [*_~](?=\s) | \\(?=[\w\s])
        | (?<!\S)\$(?=\s) | \$\d[\d.,]*(?=\s[A-Za-z(]|[;)])  # a price
        | \[ [^\[\]]* \] (?=[^(])
      )
    | (?: https?:// | mailto: ) \S+ (?=\s)
    | (?P<ticks>`+) (?!`) .+? (?<!`) (?P=ticks) (?=[^`])
    | (?P<stars>\*{1,3}) (?![\s*]) .+? (?<![\s*]) (?P=stars) (?=[^*])
    | (?<!\w) (?P<lows>_{1,3}) (?![\s_]) .+? (?<![\s_]) (?P=lows) (?=[^\w])
    | ~~ (?![\s~]) .+? (?<![\s~]) ~~ (?=[^~])
    | !?\[ [^\[\]]* \] \( [^()\s]* (?: [ ] "[^"]*" )? \) (?=.)
    | (?P<dollars>\$\$?) (?![\s$]) [^$]+ (?<!\s) (?P=dollars) (?=[^\d$])
    | \\\( .+? \\\) (?=.)
    | \\[^\w\s(\[]
    """,
    re.VERBOSE,
)


def showable(line: str, start: int) -> tuple[int, bool]:
    """Where the showable part that begins at `start` ends, and whether it is words alone."""
    if not _MARKS.search(line, start):
        return len(line), True
    position, is_plain = start, True
    while thing := _THING.match(line, position):
        position = thing.end()
        is_plain = is_plain and thing["plain"] is not None
    return position, is_plain
