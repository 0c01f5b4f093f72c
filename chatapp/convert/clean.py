"""Takes out of a text what nobody sees but a language model reads, and forged page marks."""

import re

from chatapp.lib.page_marks import PAGE_MARK

# Controls but tab and newline; soft hyphen, zero-width space and joiner-like marks (ZWJ and ZWNJ
# stay: emoji and Persian need them); bidi controls; annotation marks; tags and the variation
# selectors supplement (U+E0000 block), in which whole messages have been hidden; lone surrogates.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)
_NEWLINE = re.compile("\r\n?|\x0b|\x0c|\x85|\u2028|\u2029")
_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n){2,}")


def clean(text: str) -> str:
    text = _NEWLINE.sub("\n", text)
    text = _UNSEEN.sub("", text)
    return _BLANK_LINES.sub("\n\n", text).strip("\n")


def disarm_marks(text: str) -> str:
    """A document may not forge our marks: its own lines of that shape get a backslash."""
    return PAGE_MARK.sub(lambda match: "\\" + match[0], text)
