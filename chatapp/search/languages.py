"""Which language a text is in, told by its commonest words. Knows the four of `stop_words`."""

from chatapp.search.stop_words import BY_LANGUAGE
from chatapp.search.words import words

ENOUGH = 0.15
LOOKED_AT = 200
_CODES = {"en": "eng", "fr": "fra", "de": "deu", "es": "spa"}


def language_of(text: str) -> str:
    """`eng`, `fra`, `deu` or `spa`; "" when the text does not tell."""
    found = words(text[:4_000])[:LOOKED_AT]
    shares = {
        code: sum(word in BY_LANGUAGE[name] for word in found) / max(len(found), 1)
        for name, code in _CODES.items()
    }
    best = max(shares, key=lambda code: shares[code])
    others = [share for code, share in shares.items() if code != best]
    return best if shares[best] >= ENOUGH and shares[best] > max(others) else ""
