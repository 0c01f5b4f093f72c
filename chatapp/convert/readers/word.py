"""Word documents (DOCX). Very large ones as plain paragraphs: mammoth builds too many objects."""

import re
from collections.abc import Iterator
from typing import IO, Any, BinaryIO
from xml.etree.ElementTree import Element

import mammoth
from defusedxml import ElementTree

from chatapp.convert.readers.html import html_to_markdown
from chatapp.convert.readers.packages import open_package
from chatapp.convert.values import Found, Notice, Text, Title

_LARGE = 6 * 1024 * 1024
_BATCH = 500
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
# Some programs number it.
_BODY = re.compile(r"word/document\d*\.xml")
_STYLE_MAP = "p[style-name='Title'] => h1:fresh"
_FIRST_HEADING = re.compile(r"\A#{1,2} +(.+)")
_HEADING_STYLE = re.compile(r"(?:heading)?([1-6])$", re.I)


def read(source: BinaryIO, filename: str) -> Iterator[Found]:
    package = open_package(source)
    bodies = [entry for entry in package.infolist() if _BODY.fullmatch(entry.filename)]
    body = max(bodies, key=lambda entry: entry.file_size, default=None)
    if body and body.file_size > _LARGE:
        yield Notice("This document is very long: its text was read without tables and lists.")
        with package.open(body) as stream:
            yield from _plain(stream)
        return
    result = mammoth.convert_to_html(
        source, style_map=_STYLE_MAP, convert_image=mammoth.images.img_element(_without_data)
    )
    markdown = html_to_markdown(result.value)
    heading = _FIRST_HEADING.match(markdown)
    if heading:
        yield Title(heading[1])
    yield Text(markdown)


def _without_data(image: Any) -> dict[str, str]:
    """The picture stays out; mammoth adds its description by itself."""
    return {}


def _plain(stream: IO[bytes]) -> Iterator[Found]:
    paragraphs: list[str] = []
    for _, element in ElementTree.iterparse(stream, events=["end"]):
        if element.tag != f"{_W}p":
            continue
        text = _paragraph(element)
        element.clear()
        if text:
            paragraphs.append(text)
        if len(paragraphs) == _BATCH:
            yield Text("\n\n".join(paragraphs))
            paragraphs = []
    yield Text("\n\n".join(paragraphs))


def _paragraph(element: Element) -> str:
    text = "".join(_characters(node) for node in element.iter()).strip()
    style = element.find(f"{_W}pPr/{_W}pStyle")
    name = "" if style is None else style.get(f"{_W}val", "")
    level = 1 if name == "Title" else _level(name)
    return f"{'#' * level} {text}" if level and text else text


def _level(style: str) -> int:
    found = _HEADING_STYLE.match(style)
    return int(found[1]) if found else 0


def _characters(node: Element) -> str:
    match node.tag.removeprefix(_W):
        case "t":
            return node.text or ""
        case "tab":
            return "\t"
        case "br" | "cr":
            return "\n"
        case _:
            return ""
