"""From the order in which characters stand on a line to the order in which they are read.

Enough of the Unicode bidirectional algorithm, backwards, for lines as PDF files place them:
right-to-left words are turned around, numbers and Latin words within them are not.
"""

import re
import unicodedata
from collections.abc import Sequence

_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
_PRESENTATION_FORMS = re.compile("[\ufb00-\ufdff\ufe70-\ufefc]")
_MIRRORED = str.maketrans("()[]{}<>«»", ")(][}{><»«")


def has_rtl(text: str) -> bool:
    return _RTL.search(text) is not None


def without_presentation_forms(text: str) -> str:
    """Ligatures and positional letter shapes as the letters they stand for."""
    return _PRESENTATION_FORMS.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)


def reading_order(visual: Sequence[str]) -> str:
    """The text of characters that stand from left to right."""
    kinds = _kinds(visual)
    if _is_rtl_line(kinds):
        return "".join(_turned(visual, kinds))
    out: list[str] = []
    start = 0
    while start < len(visual):
        end = _end_of_rtl(kinds, start) if kinds[start] == "R" else start + 1
        out += _turned(visual[start:end], kinds[start:end]) if end > start + 1 else visual[start]
        start = end
    return "".join(out)


def _kinds(visual: Sequence[str]) -> str:
    """One letter a character: R(ight to left), L(eft to right), N(umber), or a dot for neither."""
    return "".join(_kind(char) for char in visual)


def _kind(char: str) -> str:
    match unicodedata.bidirectional(char[:1]):
        case "R" | "AL" | "NSM":
            return "R"
        case "L":
            return "L"
        case "EN" | "AN":
            return "N"
        case _:
            return "."


def _is_rtl_line(kinds: str) -> bool:
    """The line as a whole, not only words in it: nobody says so, but both its ends do."""
    strong = kinds.replace("N", "").replace(".", "")
    at_both_ends = strong[:1] == strong[-1:] == "R"
    return at_both_ends or strong.count("R") > strong.count("L")


def _end_of_rtl(kinds: str, start: int) -> int:
    """After the last right-to-left character before the next left-to-right one."""
    stop = kinds.find("L", start)
    return kinds.rindex("R", start, stop if stop >= 0 else len(kinds)) + 1


def _turned(visual: Sequence[str], kinds: str) -> list[str]:
    """All from right to left, but each number and each Latin stretch as it stands."""
    out: list[str] = []
    end = len(visual)
    for stretch in reversed(list(re.finditer(r"[LN](?:[LN.]*[LN])?|.", kinds))):
        start, end = stretch.span()
        kept = visual[start:end]
        out += kept if kinds[start] in "LN" else [char.translate(_MIRRORED) for char in kept]
    return out
