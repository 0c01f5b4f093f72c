"""Lines that follow one another, as headings, paragraphs and lists."""

import re
from collections.abc import Iterator
from dataclasses import replace

from chatapp.convert.readers.bidi import has_rtl
from chatapp.convert.readers.runs import BULLET, Run, Styles

_NUMBER = re.compile(r"(\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,5})[.)])\s+")
# The dots between a heading and its page in a table of contents.
_LEADER = re.compile(r"(?:\s*\.){4,}\s*")
_CJK = re.compile("[\u3000-\u30ff\u3400-\u9fff\uac00-\ud7af\uff00-\uffef]")


def paragraphs_of(lines: list[Run], styles: Styles) -> Iterator[str]:
    if not lines:
        return
    left, right = min(line.x0 for line in lines), max(line.x1 for line in lines)
    groups: list[list[Run]] = []
    for line in lines:
        if groups and _continues(groups[-1], line, (left, right), styles):
            groups[-1].append(line)
        else:
            groups.append([line])
    items: list[Run] = []
    for group in groups:
        paragraph = _flowed(group)
        if _is_item(paragraph.text) and not styles.level(paragraph):
            items.append(paragraph)
            continue
        yield _list(items)
        items = []
        level = styles.level(paragraph)
        yield f"{'#' * level} {paragraph.text}" if level else paragraph.text
    yield _list(items)


def _continues(group: list[Run], line: Run, edges: tuple[float, float], styles: Styles) -> bool:
    """Whether a line goes on with the paragraph, rather than begin one."""
    last = group[-1]
    if styles.level(last) != styles.level(line) or last.y0 - line.y0 > 1.7 * max(last.size, 1):
        return False
    if _is_item(line.text) or _LEADER.search(last.text):
        return False
    if styles.level(line):
        return abs(last.size - line.size) < 0.6
    if _is_item(group[0].text) and line.x0 <= group[0].x0 + 1:
        return False
    left, right = edges
    reach = right - last.x0 if has_rtl(last.text[:10]) else last.x1 - left
    return reach > 0.7 * (right - left)


def _flowed(group: list[Run]) -> Run:
    text = group[0].text
    for line in group[1:]:
        text = _continued(text, line.text)
    text = _LEADER.sub(" … ", text)
    return replace(group[0], text=text, bold=all(line.bold for line in group))


def _continued(text: str, line: str) -> str:
    if text.endswith(("-", "\u00ad")) and text[-2:-1].isalpha() and line[:1].islower():
        return text[:-1] + line
    glued = _CJK.match(text[-1:]) and _CJK.match(line[:1])
    return text + line if glued else f"{text} {line}"


def _is_item(text: str) -> bool:
    return bool(BULLET.match(text) or _NUMBER.match(text))


def _list(items: list[Run]) -> str:
    """Levels by how far an item is indented."""
    stops: list[float] = []
    lines: list[str] = []
    for item in items:
        while stops and item.x0 < stops[-1] - 2:
            stops.pop()
        if not stops or item.x0 > stops[-1] + 2:
            stops.append(item.x0)
        indent = "  " * (len(stops) - 1)
        lines.append(indent + BULLET.sub("- ", item.text, count=1))
    return "\n".join(lines)
