"""HTML as a browser reads it, and what in it could act."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import html5lib

from chatapp.lib.sanitizing import _MATH, _TEXT
from tests.security.vectors import MARK

_ALLOWED = _TEXT | _MATH | {"html", "head", "body"}

_ADDRESSES = {
    "href",
    "src",
    "action",
    "formaction",
    "data",
    "poster",
    "xlink:href",
    "ping",
    "srcset",
}


def elements(html: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Tag and attributes of each element, by the parser browsers agree on."""
    for node in html5lib.parse(html, namespaceHTMLElements=False).iter():
        if isinstance(node.tag, str):
            # MathML and SVG have names of their own world: "{…}math".
            yield node.tag.rpartition("}")[2], dict(node.attrib)


def skeleton(html: str) -> list[tuple[str, tuple[str, ...]]]:
    """The elements and the names of their attributes: what text may never change."""
    return [(tag, tuple(sorted(map(str, attributes)))) for tag, attributes in elements(html)]


def dangers(html: str) -> list[str]:
    """What could run, be sent or be loaded because of a hostile text."""
    found = []
    for tag, attributes in elements(html):
        for name, value in attributes.items():
            found += _dangers_of(tag, str(name).lower(), value)
    return found


def _dangers_of(tag: str, name: str, value: str) -> list[str]:
    found = []
    if name.startswith("on") or name == "style" or name == "srcdoc":
        found.append(f"<{tag} {name}>")
    if MARK in name or MARK in tag:
        found.append(f"<{tag} {name}> by name")
    if name in _ADDRESSES and not _is_harmless(tag, value):
        found.append(f"<{tag} {name}={value!r}>")
    if MARK in value and (name == "id" or name.removeprefix("data-").startswith("hx-on")):
        found.append(f"<{tag} {name}={value!r}>")
    return found


def _is_harmless(tag: str, value: str) -> bool:
    if value.startswith(("/", "#", "?")) and not value.startswith(("//", "/\\")):
        return MARK not in value or tag == "a"
    parts = urlsplit(value.strip())
    if tag == "a":
        return parts.scheme in ("http", "https", "mailto")
    return value == "" or (parts.scheme == "data" and value.startswith("data:image/"))


def assert_only_text(html):
    for tag, attributes in elements(html):
        assert tag in _ALLOWED, tag
        assert not [name for name in attributes if str(name).startswith(("on", "hx-", "data-hx"))]
        assert "id" not in attributes
        assert "style" not in attributes
    assert dangers(html) == []
