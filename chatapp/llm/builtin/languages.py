"""Which language to answer in: the one the instructions name, else the one the user writes."""

import re
from collections.abc import Iterable

from chatapp.search.stop_words import BY_LANGUAGE
from chatapp.search.words import folded, words

DEFAULT = "en"

_NAMES = {
    "en": "eng|english|englisch|anglais|ingles",
    "fr": "fra|fre|french|francais|franzosisch|frances",
    "de": "deu|ger|german|deutsch|allemand|aleman",
    "es": "spa|spanish|espanol|castellano|spanisch|espagnol",
}
_ASKED = re.compile(
    r"\b(?:answer|reply|respond|speak|write|talk|communicate|antwort\w*|sprich|schreib\w*|"
    r"repond\w*|parle\w*|respond\w*|contest\w*|habla\w*|"
    r"language|langue|sprache|idioma|lang|locale)\b"
    r"(?P<rest>[^.\n]{0,60})"
)
_CODE = re.compile(r"^\W*(?:code\W*)?(?:is|ist|est|es|=|:)?\W*(?P<code>en|fr|de|es)\b(?!\s+\w)")
# Words of short messages that have no common words in them.
_TELLING = {
    "en": frozenset(
        ["hello", "hi", "thanks", "list", "show", "summarize", "summarise", "headings", "sections"]
    ),
    "fr": frozenset(("bonjour", "salut", "bonsoir", "merci")),
    "de": frozenset(("hallo", "guten", "danke", "moin")),
    "es": frozenset(("hola", "buenos", "buenas", "gracias")),
}


def language_for(instructions: str, messages: Iterable[str]) -> str:
    """`messages` are the user's own, the newest first."""
    named = _named(folded(instructions))
    if named:
        return named
    for message in messages:
        if guessed := _guessed(message):
            return guessed
    return DEFAULT


def _named(instructions: str) -> str:
    for asked in _ASKED.finditer(instructions):
        for language, names in _NAMES.items():
            if re.search(rf"\b(?:{names})\b", asked["rest"]):
                return language
        if code := _CODE.match(asked["rest"]):
            return code["code"]
    return ""


def _guessed(message: str) -> str:
    """The language most of whose commonest words are here; none if too few are."""
    found = words(message[:1000])
    counts = {
        language: sum(word in common for word in found)
        + 2 * sum(word in _TELLING[language] for word in found)
        for language, common in BY_LANGUAGE.items()
    }
    best = max(counts, key=lambda language: (counts[language], language == DEFAULT))
    return best if counts[best] >= 2 else ""
