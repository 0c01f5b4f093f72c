"""How well short texts have the words of a question, slips of the pen forgiven.

Knows no index: all texts are looked at, but only once, and as one.
"""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Sequence

from chatapp.search.words import folded, words

CLOSE = 0.8
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
    asked = words(question)
    lines = _lines(texts)
    known = set(words("\n".join(lines)))
    close = [_close(word, known, is_fuzzy, max(beginning, SHORTEST_BEGINNING)) for word in asked]
    found: dict[int, float] = {}
    for place in _places(lines, set().union(*close)):
        present = set(words(lines[place]))
        total = sum(
            max((worth for word, worth in of_word.items() if word in present), default=0.0)
            for of_word in close
        )
        if total:
            found[place] = total / len(asked)
    return found


def _lines(texts: Sequence[str]) -> list[str]:
    """Folded all at once: that is much faster than one by one."""
    joined = "\n".join(text.replace("\n", " ") for text in texts)
    return unicodedata.normalize("NFC", folded(joined)).split("\n")


def _close(asked: str, known: set[str], is_fuzzy: bool, beginning: int) -> dict[str, float]:
    """Known word → how close it is, of those that are close at all."""
    found: dict[str, float] = {}
    matcher = difflib.SequenceMatcher(autojunk=False)
    matcher.set_seq2(asked)
    for word in known:
        if word == asked:
            found[word] = 1.0
        elif len(asked) >= beginning and word.startswith(asked):
            found[word] = BY_BEGINNING
        elif is_fuzzy and 2 * min(len(word), len(asked)) >= CLOSE * (len(word) + len(asked)):
            matcher.set_seq1(word)
            if matcher.quick_ratio() >= CLOSE and (ratio := matcher.ratio()) >= CLOSE:
                found[word] = ratio
    return found


def _places(lines: Sequence[str], close: set[str]) -> Iterable[int]:
    """The lines that may have one of the words."""
    if not close or len(close) > MANY_WORDS:
        return range(len(lines)) if close else ()
    pattern = re.compile("|".join(map(re.escape, close)))
    return [place for place, line in enumerate(lines) if pattern.search(line)]
