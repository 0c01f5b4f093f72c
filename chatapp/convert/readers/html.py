"""HTML to Markdown: web pages, and what other readers turn into HTML on their way.

What would run, load or stay unseen in a browser is dropped; nothing is fetched.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

from bs4 import BeautifulSoup, Comment, Tag
from markdownify import ATX, MarkdownConverter

from chatapp.convert.readers.decoding import MAX_BYTES, decode_html, rest_of
from chatapp.convert.tables import markdown_table
from chatapp.convert.values import Found, Text, Title

_DROPPED = [
    "script", "style", "template", "noscript", "iframe", "frame", "object", "embed", "applet",
    "svg", "math", "canvas", "audio", "video", "link", "meta", "base", "input", "button",
    "select", "textarea",
]  # fmt: skip
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0[;\s]", re.I)
_LINK = re.compile(r"(?:https?://|mailto:)[^\s<>()]+$", re.I)
# Cells and rows travel through the converter as text, parted by characters no text has by then.
_CELL, _ROW = "\x1f", "\x1e"
_MAX_SPAN = 100


def read(source: BinaryIO, filename: str) -> Iterator[Found]:
    soup = parse(decode_html(source.read(MAX_BYTES)))
    if soup.title and soup.title.get_text(strip=True):
        yield Title(soup.title.get_text(" ", strip=True))
    yield Text(soup_to_markdown(soup.body or soup))
    yield from rest_of(source)


def html_to_markdown(html: str) -> str:
    return soup_to_markdown(parse(html))


def parse(html: str) -> BeautifulSoup:
    soup = BeautifulSoup(html.replace(_CELL, "").replace(_ROW, ""), "lxml")
    for unseen in soup.find_all(_is_unseen):
        # A child of something dropped before is gone already.
        if not unseen.decomposed:
            unseen.decompose()
    for comment in soup.find_all(string=lambda text: isinstance(text, Comment)):
        comment.extract()
    return soup


def soup_to_markdown(soup: Tag) -> str:
    markdown: str = _Markdown(
        heading_style=ATX,
        bullets="-",
        escape_asterisks=False,
        escape_underscores=False,
        escape_misc=False,
    ).convert_soup(soup)
    return markdown.strip()


def _is_unseen(tag: Tag) -> bool:
    return (
        tag.name in _DROPPED
        or tag.has_attr("hidden")
        or bool(_HIDDEN.search(str(tag.get("style") or "") + ";"))
    )


class _Markdown(MarkdownConverter):
    """Merged cells spread out, pictures as their description, only links that one may follow."""

    def convert_a(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        href = str(el.get("href") or "")
        label = " ".join(text.split())
        if not label or not _LINK.match(href) or label == href:
            return text
        return f"[{label}]({href})"

    def convert_img(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        description = " ".join(str(el.get("alt") or "").split())
        return f"[image: {description}]" if description else ""

    def convert_td(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        across, down = _span(el, "colspan"), _span(el, "rowspan")
        return f"{across},{down},{' '.join(text.split())}{_CELL}"

    convert_th = convert_td

    def convert_tr(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return text.strip(" \n") + _ROW

    def convert_table(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        rows = _spread([row.split(_CELL)[:-1] for row in text.split(_ROW)])
        if {"td", "th"} & parent_tags:
            return " / ".join(" ".join(filter(None, row)) for row in rows)
        return f"\n\n{markdown_table(rows)}\n\n"


def _span(el: Tag, name: str) -> int:
    value = str(el.get(name) or "1")
    return min(max(int(value), 1), _MAX_SPAN) if value.isdecimal() else 1


def _spread(rows: list[list[str]]) -> list[list[str]]:
    """Each cell in its true column: a merged one leaves its other places empty."""
    grid: list[list[str]] = []
    taken: dict[tuple[int, int], bool] = {}
    for y, row in enumerate(rows):
        line: list[str] = []
        for cell in row:
            across, down, text = cell.strip().split(",", 2)
            while taken.get((y, len(line))):
                line.append("")
            for dy in range(int(down)):
                taken |= {(y + dy, len(line) + dx): True for dx in range(int(across))}
            line += [text] + [""] * (int(across) - 1)
        grid.append(line)
    return grid
