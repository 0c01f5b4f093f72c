"""Markdown, as models write it, to HTML that is safe to show. Knows nothing of chat or Django.

Two walls: the parser passes no HTML and refuses every link but http, https and mailto; what it
makes then goes through an allow-list of tags, attributes and classes. Images are never fetched:
their address alone can carry data out.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

from chatapp.lib import highlighting, mathml
from chatapp.lib.sanitizing import sanitize

MAX_CHARS = 100_000

_SAFE_LINK = re.compile(r"(?:https?://|mailto:)[^\s\\]+\Z", re.IGNORECASE)
_MATH = {"allow_labels": False, "allow_space": False, "allow_digits": False, "double_inline": True}
_TASK = re.compile(r"\[([ xX])\](?=\s)")
_ALIGNED = {"text-align:left": "left", "text-align:center": "center", "text-align:right": "right"}


def render(text: str, *, unfinished: bool = False) -> str:
    """Sanitised HTML; past `MAX_CHARS` the text as it is. Unfinished code is not coloured."""
    if len(text) > MAX_CHARS:
        return plain(text)
    return sanitize(parser().render(text, {"unfinished": unfinished}))


def render_inline(text: str) -> str:
    """The same for a piece from the middle of a paragraph, without the paragraph."""
    return sanitize(parser().renderInline(text))


def plain(text: str) -> str:
    """Text shown as it is, line by line."""
    return f'<pre class="plain" dir="auto">{escape(text)}</pre>'


@lru_cache(maxsize=1)
def parser() -> MarkdownIt:
    md = MarkdownIt("commonmark", {"html": False, "linkify": True, "maxNesting": 20})
    md.enable(["table", "strikethrough", "linkify"])
    # A definition far below would change a block that was already shown, so definitions stay text.
    md.disable("reference")
    md.use(dollarmath_plugin, **_MATH)
    md.use(mathml.math_plugin)
    md.core.ruler.after("inline", "tasks", _mark_tasks)
    _limit_links(md)
    for name, rule in _RULES.items():
        md.add_render_rule(name, rule)
    return md


def _limit_links(md: MarkdownIt) -> None:
    md.validateLink = lambda url: bool(_SAFE_LINK.match(url))  # type: ignore[method-assign]
    if md.linkify is not None:
        md.linkify.set({"fuzzy_link": False, "fuzzy_email": False, "fuzzy_ip": False})
        for scheme in ("ftp:", "//"):
            md.linkify.add(scheme, None)
        # Its own look at a text is a slow search, and most texts hold no link.
        md.linkify.pretest = _may_hold_link


def _may_hold_link(text: str) -> bool:
    return "://" in text or "mailto:" in text.lower()


def _mark_tasks(state: StateCore) -> None:
    """`- [x] done` begins with a ticked box."""
    for item, paragraph, token in zip(
        state.tokens, state.tokens[1:], state.tokens[2:], strict=False
    ):
        if item.type != "list_item_open" or paragraph.type != "paragraph_open":
            continue
        first = token.children[0] if token.children else None
        task = _TASK.match(first.content) if first else None
        if first and task:
            first.content = ("☐" if task[1] == " " else "☑") + first.content[task.end() :]


def _heading(_self: Any, tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
    """The page has its own first and second level: those of a text begin at the third."""
    token = tokens[index]
    level = min(max(int(token.tag[1]) + 1, 3), 6)
    return f"<h{level}>" if token.nesting == 1 else f"</h{level}>\n"


def _code(_self: Any, tokens: Sequence[Token], index: int, _options: Any, env: Any) -> str:
    token = tokens[index]
    language = token.info.split(maxsplit=1)[0] if token.info.strip() else ""
    code = highlighting.highlight(token.content, "" if env.get("unfinished") else language)
    label = escape(language[:30]) or "text"
    return (
        f'<div class="code"><div class="code__bar"><span class="code__language">{label}</span>'
        '<button type="button" class="code__button" data-wrap>Wrap</button>'
        '<button type="button" class="code__button" data-copy>Copy</button></div>'
        f'<pre tabindex="0" role="group" aria-label="Code, {label}"><code>{code}</code></pre>'
        "</div>\n"
    )


def _table(_self: Any, tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
    if tokens[index].nesting == 1:
        return '<div class="table" tabindex="0" role="group" aria-label="Table"><table>\n'
    return "</table></div>\n"


def _cell(_self: Any, tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
    token = tokens[index]
    align = _ALIGNED.get(str(token.attrGet("style") or ""))
    return f'<{token.tag} class="{align}">' if align else f"<{token.tag}>"


def _link(_self: Any, tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
    """The tooltip says where the link leads, whatever its words say."""
    href = escape(str(tokens[index].attrGet("href") or ""))
    return f'<a href="{href}" title="{href}">'


def _image(_self: Any, tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
    token = tokens[index]
    alt = "".join(child.content for child in token.children or ())
    source = escape(str(token.attrGet("src") or ""))
    return f'<span class="blocked-image" title="{source}">Image not loaded: {escape(alt)}</span>'


def _inline_math(_self: Any, tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
    return mathml.to_html(tokens[index].content, display=tokens[index].type != "math_inline")


_RULES = {
    "heading_open": _heading,
    "heading_close": _heading,
    "fence": _code,
    "code_block": _code,
    "table_open": _table,
    "table_close": _table,
    "th_open": _cell,
    "td_open": _cell,
    "link_open": _link,
    "image": _image,
    "math_inline": _inline_math,
    "math_inline_double": _inline_math,
    "math_block": _inline_math,
}
