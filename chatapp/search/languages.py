"""Which language a text is in, told by its commonest words. Knows the four of `stop_words`.

`LANGUAGES` are all that an answer may be asked for, by their codes (ISO 639-3).
"""

from chatapp.search.stop_words import BY_LANGUAGE
from chatapp.search.words import words

ENOUGH = 0.15
LOOKED_AT = 200
LANGUAGES = {
    "eng": "English", "deu": "German", "fra": "French", "zho": "Chinese", "kor": "Korean",
    "ara": "Arabic", "rus": "Russian", "tha": "Thai", "nld": "Dutch", "ita": "Italian",
    "por": "Portuguese", "spa": "Spanish", "jpn": "Japanese", "pol": "Polish", "tur": "Turkish",
    "vie": "Vietnamese", "ind": "Indonesian", "ces": "Czech", "ukr": "Ukrainian", "ell": "Greek",
    "heb": "Hebrew", "fas": "Persian", "hin": "Hindi", "urd": "Urdu", "swe": "Swedish",
    "ben": "Bengali", "msa": "Malay", "ron": "Romanian",
}  # fmt: skip
_SHORT = {
    "en": "eng", "de": "deu", "fr": "fra", "zh": "zho", "ko": "kor", "ar": "ara", "ru": "rus",
    "th": "tha", "nl": "nld", "it": "ita", "pt": "por", "es": "spa", "ja": "jpn", "pl": "pol",
    "tr": "tur", "vi": "vie", "id": "ind", "cs": "ces", "uk": "ukr", "el": "ell", "he": "heb",
    "fa": "fas", "hi": "hin", "ur": "urd", "sv": "swe", "bn": "ben", "ms": "msa", "ro": "ron",
}  # fmt: skip
_CODES = {"en": "eng", "fr": "fra", "de": "deu", "es": "spa"}


def code_of(language: str) -> str | None:
    """The code of `deu`, `de` or `auto`, in any casing; None for what is none of ours."""
    given = language.strip().lower()
    code = _SHORT.get(given, given)
    return code if code == "auto" or code in LANGUAGES else None


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
