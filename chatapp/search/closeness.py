"""How well short texts have the words of a question, slips of the pen forgiven.

Knows no index: all texts are looked at, but only once, and as one.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import islice, takewhile

from rapidfuzz import fuzz, process

from chatapp.search.words import folded, words

CLOSE = 80  # per cent
BY_BEGINNING = 0.9
SHORTEST_BEGINNING = 3
MANY_WORDS = 50


def fits(
    question: str, texts: Sequence[str], *, is_fuzzy: bool = True, beginning: int = 0
) -> dict[int, float]:
    """Place of a text → the share of the question's words it has; without those that have none.

    A word that begins with an asked one of `beginning` letters or more counts a little less, and
    so does, if `is_fuzzy`, one that is nearly the same.
    """
    asked = distinct_words(question)
    lines = _lines(texts)
    known = sorted(set(words("\n".join(lines))))
    close = [_close(word, known, is_fuzzy, max(beginning, SHORTEST_BEGINNING)) for word in asked]
    any_close = set().union(*close)
    found: dict[int, float] = {}
    for place in _places(lines, any_close):
        present = any_close.intersection(words(lines[place]))
        total = sum(max((one.get(word, 0.0) for word in present), default=0.0) for one in close)
        if total:
            found[place] = total / len(asked)
    return found


def distinct_words(question: str) -> list[str]:
    return list(dict.fromkeys(words(question)))


def _lines(texts: Sequence[str]) -> list[str]:
    """Folded all at once: that is much faster than one by one."""
    joined = "\n".join(text.replace("\n", " ") for text in texts)
    return unicodedata.normalize("NFC", folded(joined)).split("\n")


def _close(asked: str, known: Sequence[str], is_fuzzy: bool, beginning: int) -> dict[str, float]:
    """Of known words, in their order, those that are close at all, and how close each is."""
    found: dict[str, float] = {}
    if is_fuzzy:
        near = process.extract_iter(asked, known, scorer=fuzz.ratio, score_cutoff=CLOSE)
        found = {word: worth / 100 for word, worth, _ in near}
    following = islice(known, bisect_left(known, asked), None)
    if len(asked) >= beginning:
        longer = takewhile(lambda word: word.startswith(asked), following)
        found |= dict.fromkeys(longer, BY_BEGINNING)
    if asked in found or asked == next(following, None):
        found[asked] = 1.0
    return found


def _places(lines: Sequence[str], close: set[str]) -> Iterable[int]:
    """The lines that may have one of the words."""
    if not close or len(close) > MANY_WORDS:
        return range(len(lines)) if close else ()
    pattern = re.compile("|".join(map(re.escape, close)))
    return [place for place, line in enumerate(lines) if pattern.search(line)]
