"""Where sentences end. Good for English, French, German, Spanish, Chinese and Japanese prose.

Knows lines only where they matter: a list item, a table row or a heading is a sentence of its own.
"""

import re

LONGEST_SENTENCE = 600

_OWN_LINE = re.compile(r"\s*(?:[-*+•–] |\d{1,3}[.)] |\||#{1,6} |>|```)")
_END = re.compile(
    r"""(?<=[。！？])(?=[^。！？」』）])          # no space follows these
      | (?<![.!?…])(?P<mark>[.!?…]++)(?P<close>["'”“’»)\]*_]*+)\s++
        (?=["'“‘„«¿¡(\[*_]*[^\W_a-zß-öø-ÿ])
    """,
    re.X,
)
_ABBREVIATED = """
mr mrs ms dr prof st sr sra jr m mme mlle hr fr frau herr no nr nos vs etc e.g i.e eg ie ca
approx fig figs sec art abs bzw z.b d.h u.a usw inkl zzgl ggf evtl vgl s p pp vol ed al inc ltd
co corp gmbh str tel env p.ex av j.-c ee.uu pág p.ej núm dept est jan feb mar apr jun jul aug
sep sept oct nov dec
"""
_ARTICLES = frozenset(("am", "zum", "vom", "beim", "im", "der", "die", "das", "den", "dem", "des"))
_MONTHS = ("jan", "feb", "mär", "apr", "mai", "jun", "jul", "aug", "sep", "okt", "nov", "dez")
_ABBREVIATIONS = frozenset(_ABBREVIATED.split())


def sentences(text: str) -> list[str]:
    """The sentences of a passage, each on one line and without surrounding space."""
    found: list[str] = []
    for block in _blocks(text):
        found.extend(_split(block))
    return found


def _blocks(text: str) -> list[str]:
    """Join soft-wrapped lines, keep lines that stand for themselves apart."""
    blocks: list[str] = []
    open_block = False
    for line in text.splitlines():
        stripped = line.strip()
        if not stripped:
            open_block = False
        elif _OWN_LINE.match(line):
            blocks.append(stripped)
            open_block = not stripped.startswith(("|", "#"))
        elif open_block:
            blocks[-1] += " " + stripped
        else:
            blocks.append(stripped)
            open_block = True
    return blocks


def _split(block: str) -> list[str]:
    if block.startswith("|"):
        return [block]
    pieces: list[str] = []
    start = 0
    for end in _END.finditer(block):
        if not _is_abbreviation(block[start : end.start()], end):
            pieces.append(block[start : end.end()].strip())
            start = end.end()
    pieces.append(block[start:].strip())
    return [part for piece in pieces if piece for part in _cut(piece)]


def _is_abbreviation(before: str, end: re.Match[str]) -> bool:
    """`Dr.`, an initial, or the ordinal of `am 3. Oktober` end no sentence."""
    if end["mark"] != "." or end["close"]:
        return False
    last = before.rsplit(maxsplit=1)[-1].lstrip("(\"'“„«").lower() if before.strip() else ""
    if last.isdigit():
        return len(last) <= 2 and _is_ordinal(before, end.string[end.end() :])
    return len(last) == 1 or last in _ABBREVIATIONS


def _is_ordinal(before: str, after: str) -> bool:
    """A number that begins the sentence, follows a German article, or stands before a month."""
    words = before.lower().split()
    following = after[:12].lower().lstrip("\"'„“«(")
    return len(words) == 1 or words[-2] in _ARTICLES or following.startswith(_MONTHS)


def _cut(sentence: str) -> list[str]:
    """A text without full stops is no sentence: cut it where a word ends."""
    parts: list[str] = []
    while len(sentence) > LONGEST_SENTENCE:
        at = sentence.rfind(" ", LONGEST_SENTENCE // 2, LONGEST_SENTENCE)
        at = at if at > 0 else LONGEST_SENTENCE
        parts.append(sentence[:at].strip())
        sentence = sentence[at:].strip()
    return [*parts, sentence]
