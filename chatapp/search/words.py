"""The words of a text that are worth matching: folded, stemmed, without stop words.

Good for English, French, German and Spanish; Chinese, Japanese and Korean text is cut into pairs
of characters. Knows no index.
"""

import re
import unicodedata
from functools import lru_cache

from chatapp.search.stop_words import STOP_WORDS

LONGEST_WORD = 40

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
_TOKEN = re.compile(rf"[{_CJK}]+|[^\W_{_CJK}]+(?:[.,][0-9]+)*")
_FOLDED = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "’": "'"})
_ELISION = re.compile(r"\b(?:[cdjlmnst]|qu)'(?=\w)")
_PUNCTUATION = ".,;:!?¿¡\"'()[]«»„“”"
_POSSESSIVE = re.compile(r"'s\b")


def folded(text: str) -> str:
    """Lower case, without accents, so that `Zürich` and `zurich` meet."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.translate(_FOLDED).casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def words(text: str) -> list[str]:
    """All words of the text, folded, in order. A CJK run gives its pairs of characters."""
    plain = _POSSESSIVE.sub("", _ELISION.sub("", folded(text)))
    if plain.isascii():
        return _TOKEN.findall(plain)
    found: list[str] = []
    for token in _TOKEN.findall(unicodedata.normalize("NFC", plain)):
        found.extend(_pairs(token) if _is_cjk(token) else [token])
    return found


def terms(text: str) -> list[str]:
    """The stems that count for matching."""
    return [stem(word[:LONGEST_WORD]) for word in words(text) if word not in STOP_WORDS]


def content(text: str) -> str:
    """The text without its stop words; the text itself if nothing else is in it."""
    kept = [word for word in text.split() if folded(word).strip(_PUNCTUATION) not in STOP_WORDS]
    return " ".join(kept).strip(_PUNCTUATION) or text


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Cut the commonest endings. Crude on purpose: both sides of a match go through it."""
    if len(word) < 4 or not word.isalpha() or _is_cjk(word):
        return word
    for ending, shortest, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= shortest:
            return _undoubled(word[: -len(ending)] + instead)
    return word


_ENDINGS = (
    ("ations", 4, "at"),
    ("ation", 4, "at"),
    ("ings", 4, ""),
    ("ing", 4, ""),
    ("ies", 3, "y"),
    ("sses", 2, "ss"),
    ("ss", 2, "ss"),
    ("us", 2, "us"),
    ("is", 2, "is"),
    ("ements", 4, ""),
    ("ement", 4, ""),
    ("ated", 3, "at"),
    ("ates", 3, "at"),
    ("ate", 3, "at"),
    ("ed", 3, ""),
    ("ern", 4, ""),
    ("en", 4, ""),
    ("er", 5, ""),
    ("es", 3, ""),
    ("e", 3, ""),
    ("s", 3, ""),
)


def _undoubled(word: str) -> str:
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lsz":
        return word[:-1]
    return word


def _is_cjk(token: str) -> bool:
    return bool(re.match(f"[{_CJK}]", token))


def _pairs(run: str) -> list[str]:
    return [run[at : at + 2] for at in range(len(run) - 1)] or [run]
