"""OpenDocument text (ODT): its paragraphs, headings, lists and tables, by way of HTML."""

from collections.abc import Iterator
from html import escape
from typing import BinaryIO
from xml.etree.ElementTree import Element

from defusedxml import ElementTree

from chatapp.convert.readers.html import html_to_markdown
from chatapp.convert.readers.packages import open_package
from chatapp.convert.values import Found, Text, Title

_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_SVG = "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}"
_TAGS = {
    f"{_TEXT}p": "p",
    f"{_TEXT}list": "ul",
    f"{_TEXT}list-item": "li",
    f"{_TABLE}table": "table",
    f"{_TABLE}table-row": "tr",
    f"{_TABLE}table-cell": "td",
}
_CHARACTERS = {f"{_TEXT}tab": " ", f"{_TEXT}line-break": "<br/>", f"{_TEXT}s": " "}
_DROPPED = (f"{_TEXT}tracked-changes", f"{_OFFICE}annotation", f"{_TEXT}table-of-content")


def read(source: BinaryIO, filename: str) -> Iterator[Found]:
    package = open_package(source)
    content = ElementTree.fromstring(package.read("content.xml"))
    body = content.find(f"{_OFFICE}body/{_OFFICE}text")
    if body is None:
        return
    first = body.find(f"{_TEXT}h")
    if first is not None and "".join(first.itertext()).strip():
        yield Title("".join(first.itertext()).strip())
    yield Text(html_to_markdown(f"<body>{_inside(body)}</body>"))


def _inside(element: Element) -> str:
    return escape(element.text or "") + "".join(
        _html(child) + escape(child.tail or "") for child in element
    )


def _html(element: Element) -> str:
    if element.tag in _DROPPED:
        return ""
    if element.tag in _CHARACTERS:
        return _CHARACTERS[element.tag]
    if element.tag == f"{_SVG}desc":
        return f"[image: {escape(element.text or '')}]"
    if element.tag == f"{_TEXT}h":
        level = element.get(f"{_TEXT}outline-level", "1")
        name = f"h{level}" if level in ("1", "2", "3", "4", "5", "6") else "h6"
        return f"<{name}>{_inside(element)}</{name}>"
    tag = _TAGS.get(element.tag)
    return f"<{tag}{_spans(element)}>{_inside(element)}</{tag}>" if tag else _inside(element)


def _spans(element: Element) -> str:
    across = element.get(f"{_TABLE}number-columns-spanned", "1")
    down = element.get(f"{_TABLE}number-rows-spanned", "1")
    return (
        f' colspan="{escape(across)}" rowspan="{escape(down)}"' if f"{across}{down}" != "11" else ""
    )
