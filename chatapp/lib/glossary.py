"""Terms and what they stand for, written out in a text. Knows plain strings only."""

import re
from collections.abc import Mapping

LONGEST_TERM = 200
_WORD = re.compile(r"\w+")


class Glossary:
    """`expand` puts the meaning behind each term: "ARR" becomes "ARR (annual recurring revenue)".

    A term stands for itself as whole words. One without small letters, an acronym, counts as it
    is written; any other in whatever case.
    """

    def __init__(self, terms: Mapping[str, str]) -> None:
        self._by_first_word: dict[str, dict[str, str]] = {}
        for term, meaning in terms.items():
            if (first := _WORD.search(term)) and len(term) <= LONGEST_TERM and meaning.strip():
                self._by_first_word.setdefault(first[0].casefold(), {})[term] = meaning.strip()

    def expand(self, text: str) -> str:
        # The words of the text choose the terms: no text is searched for a whole dictionary.
        words = {word.casefold() for word in _WORD.findall(text)}
        found: dict[str, str] = {}
        for word in words & self._by_first_word.keys():
            found.update(self._by_first_word[word])
        if not found:
            return text
        longest_first = sorted(found, key=len, reverse=True)
        pattern = "|".join(f"({_as_pattern(term)})" for term in longest_first)
        return re.sub(
            rf"(?<!\w)(?:{pattern})(?!\w)",
            lambda match: f"{match[0]} ({found[longest_first[(match.lastindex or 1) - 1]]})",
            text,
        )


def _as_pattern(term: str) -> str:
    """An acronym as it is written, anything else in whatever case."""
    escaped = re.escape(term)
    return escaped if term == term.upper() else f"(?i:{escaped})"
