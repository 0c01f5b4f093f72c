"""E-books: the chapters of an EPUB in the order of its spine."""

import posixpath
from collections.abc import Iterator
from typing import BinaryIO
from urllib.parse import unquote
from xml.etree.ElementTree import Element
from zipfile import ZipFile

from defusedxml import ElementTree

from chatapp.convert.errors import ConversionError
from chatapp.convert.readers.decoding import decode_html
from chatapp.convert.readers.html import html_to_markdown
from chatapp.convert.readers.packages import open_package
from chatapp.convert.values import Found, Text, Title

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/rights.xml"


def read(source: BinaryIO, filename: str) -> Iterator[Found]:
    book = open_package(source)
    if _ENCRYPTION in book.namelist():
        raise ConversionError("encrypted", "This e-book is locked by its publisher.")
    root = ElementTree.fromstring(book.read(_CONTAINER)).find(".//{*}rootfile")
    opf = "" if root is None else root.get("full-path", "")
    package = ElementTree.fromstring(book.read(opf))
    title = package.find(".//{http://purl.org/dc/elements/1.1/}title")
    if title is not None and title.text:
        yield Title(title.text.strip())
    for name in _chapters(package, posixpath.dirname(opf)):
        yield from _chapter(book, name)


def _chapters(package: Element, folder: str) -> Iterator[str]:
    hrefs = {item.get("id"): item.get("href", "") for item in package.iterfind(".//{*}item")}
    for reference in package.iterfind(".//{*}itemref"):
        href = hrefs.get(reference.get("idref"), "")
        if href:
            yield posixpath.normpath(posixpath.join(folder, unquote(href)))


def _chapter(book: ZipFile, name: str) -> Iterator[Found]:
    if name in book.namelist():
        yield Text(html_to_markdown(decode_html(book.read(name))))
