"""The allow-list every piece of rendered Markdown passes. No id, no style, no `hx-`, no images."""

import nh3

from chatapp.lib.highlighting import CLASSES

# fmt: off
_MATH = {
    "math", "menclose", "mfrac", "mi", "mmultiscripts", "mn", "mo", "mover", "mpadded", "mphantom",
    "mprescripts", "mroot", "mrow", "ms", "mspace", "msqrt", "mstyle", "msub", "msubsup", "msup",
    "mtable", "mtd", "mtext", "mtr", "munder", "munderover", "none",
}
_TEXT = {
    "p", "br", "hr", "h3", "h4", "h5", "h6", "em", "strong", "s", "code", "pre", "blockquote",
    "ul", "ol", "li", "a", "div", "span", "button", "table", "thead", "tbody", "tr", "th", "td",
}
# fmt: on
_SIZES = {"width", "height", "depth", "lspace", "rspace", "minsize", "maxsize", "linethickness"}
_SHAPES = {"stretchy", "fence", "form", "separator", "accent", "accentunder", "movablelimits"}
_STYLES = {"mathvariant", "displaystyle", "scriptlevel", "columnalign", "rowspacing", "notation"}

_cleaner = nh3.Cleaner(
    tags=_TEXT | _MATH,
    clean_content_tags={"script", "style"},
    attributes={
        "a": {"href", "title"},
        "ol": {"start"},
        "span": {"title"},
        "div": {"tabindex", "role", "aria-label"},
        "pre": {"tabindex", "role", "aria-label", "dir"},
        "button": {"type", "data-copy", "data-wrap"},
        **dict.fromkeys(_MATH - {"math"}, _SIZES | _SHAPES | _STYLES),
        "math": {"display", "alttext"},
    },
    allowed_classes={
        "div": {"code", "code__bar", "table"},
        "span": {"code__language", "blocked-image", "math", "math--display", *CLASSES},
        "code": {"math", "math--display"},
        "button": {"code__button"},
        "pre": {"plain"},
        "th": {"left", "center", "right"},
        "td": {"left", "center", "right"},
    },
    set_tag_attribute_values={"a": {"target": "_blank"}},
    link_rel="noopener noreferrer nofollow ugc",
    url_schemes={"http", "https", "mailto"},
    url_relative="deny",
)


def sanitize(html: str) -> str:
    """The same HTML without anything that is not on the list."""
    return _cleaner.clean(html)
