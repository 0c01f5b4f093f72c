"""JSON as a tree of `<details>`, for reading. Knows nothing of where the value comes from."""

import json
from collections.abc import Iterable, Iterator
from html import escape
from typing import Any

MAX_NODES = 2_000
MAX_DEPTH = 40
# Branches this near to the root, with so few children, are open from the start.
_OPEN_DEPTH, _OPEN_CHILDREN = 2, 20
_MAX_TEXT = 2_000
_CLASSES = {str: "ts", int: "tn", float: "tn", bool: "tk", type(None): "tk"}


def render_tree(value: Any) -> tuple[str, bool]:
    """The HTML, and whether all of the value is in it."""
    tree = _Tree()
    return "".join(tree.node("", value, 0)), tree.left >= 0


class _Tree:
    def __init__(self) -> None:
        self.left = MAX_NODES

    def node(self, name: str, value: Any, depth: int) -> Iterator[str]:
        self.left -= 1
        if self.left < 0:
            return
        label = f'<span class="tree__name" dir="auto">{escape(name)}</span> ' if name else ""
        if not isinstance(value, dict | list) or not value or depth >= MAX_DEPTH:
            yield f"<p>{label}{_leaf(value)}</p>"
            return
        is_open = depth < _OPEN_DEPTH and len(value) <= _OPEN_CHILDREN
        size = f"[{len(value)}]" if isinstance(value, list) else f"{{{len(value)}}}"
        yield f"<details{' open' if is_open else ''}>"
        yield f'<summary>{label}<span class="tree__size">{size}</span></summary>'
        for child_name, child in _children(value):
            yield from self.node(child_name, child, depth + 1)
            if self.left < 0:
                break
        yield "</details>"


def _children(value: dict[str, Any] | list[Any]) -> Iterable[tuple[str, Any]]:
    if isinstance(value, dict):
        return value.items()
    return ((str(place), child) for place, child in enumerate(value))


def _leaf(value: Any) -> str:
    if isinstance(value, dict | list):
        return "…" if value else str(value)
    text = value if isinstance(value, str) else json.dumps(value)
    if len(text) > _MAX_TEXT:
        text = f"{text[:_MAX_TEXT]}…"
    return f'<span class="{_CLASSES[type(value)]}" dir="auto">{escape(text)}</span>'
