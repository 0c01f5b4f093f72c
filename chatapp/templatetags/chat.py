"""What templates need to show events: Markdown, icons, sizes, times, JSON. Asks no database."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from math import log
from pathlib import PurePath
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from chatapp.lib import blocks, markdown

register = template.Library()

LONG_CHARS, LONG_LINES = 1_000, 12
CLAMP_CHARS = 8_000
_HEAD_CHARS, _TAIL_CHARS = 5_000, 1_500
_LONG_AGO = timedelta(days=30)
_NOTHING = SafeString("")
_SIZES = ("KB", "MB", "GB", "TB")

_FILE_ICONS = {
    "file-text": {"pdf", "doc", "docx", "odt", "rtf", "epub", "txt", "md"},
    "file-spreadsheet": {"csv", "tsv", "xls", "xlsx", "ods"},
    "file-image": {"png", "jpg", "jpeg", "gif", "webp", "svg", "bmp", "tif", "tiff"},
    "file-code": {"json", "html", "htm", "xml", "yaml", "yml", "py", "js", "css", "sql", "sh"},
    "file-archive": {"zip", "gz", "tar", "7z"},
    "presentation": {"ppt", "pptx", "odp"},
}
_TOOL_ICONS = {
    "search": ("search", "grep"),
    "file-text": ("convert", "conversion", "document"),
    "book-open": ("read", "get_"),
    "image": ("image",),
    "layers": ("index",),
    "bot": ("agent",),
    "file": ("artifact", "create"),
}


@register.filter
def answer(text: str) -> SafeString:
    """A model's Markdown, block by block, as a stream would have shown it."""
    return mark_safe(blocks.wrap_blocks(blocks.render_blocks(text)))


@register.filter(name="markdown")
def markdown_filter(text: str) -> SafeString:
    """Markdown of a summary, a note, a description."""
    return mark_safe(markdown.render(text))


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """A symbol of the sprite; with a label it speaks, without it is decoration."""
    url = f"{static('icons.svg')}#{name}"
    if not label:
        return format_html('<svg class="icon" aria-hidden="true"><use href="{}"/></svg>', url)
    return format_html(
        '<svg class="icon" role="img" aria-label="{}"><use href="{}"/></svg>', label, url
    )


@register.filter
def file_icon(filename: str) -> str:
    """The name of the icon for a file of this name."""
    suffix = PurePath(filename).suffix.lower().lstrip(".")
    return next((name for name, suffixes in _FILE_ICONS.items() if suffix in suffixes), "file")


@register.filter
def has_thumbnail(filename: str) -> bool:
    """Whether a file of this name is an image that we show."""
    return PurePath(filename).suffix.lower() in {".png", ".jpg", ".jpeg", ".gif", ".webp"}


@register.filter
def file_kind(filename: str) -> str:
    """The suffix in capitals, for people."""
    return PurePath(filename).suffix.lstrip(".").upper()[:5] or _("File")


@register.filter
def tool_icon(tool_name: str) -> str:
    words = tool_name.lower()
    named = (name for name, parts in _TOOL_ICONS.items() if any(part in words for part in parts))
    return next(named, "wrench")


@register.filter
def tool_title(tool_name: str) -> str:
    """`corpora_search` as “Corpora search”."""
    return tool_name.replace("_", " ").replace("-", " ").strip().capitalize() or _("Tool")


@register.filter
def filesize(size: float) -> str:
    """1536 as “1.5 KB”: what fits a chip."""
    if size < 1024:
        return _("%(size)d bytes") % {"size": size}
    power = min(int(log(size, 1024)), len(_SIZES))
    size /= 1024**power
    return f"{number_format(size, 1 if size < 10 else 0)} {_SIZES[power - 1]}"


@register.filter
def duration(milliseconds: float | None) -> str:
    """12400 as “12 s”. Nothing for what was not measured."""
    if milliseconds is None:
        return ""
    seconds = milliseconds / 1000
    if seconds < 1:
        return _("%(n)s s") % {"n": number_format(max(seconds, 0.1), 1)}
    if seconds < 60:
        return _("%(n)d s") % {"n": seconds}
    return _("%(m)d min %(s)d s") % {"m": seconds // 60, "s": seconds % 60}


@register.filter
def clock(moment: datetime | str | None) -> SafeString:
    """A time of day in a `<time>`."""
    moment = _as_datetime(moment)
    return _time(moment, date_format(timezone.localtime(moment), "H:i")) if moment else _NOTHING


@register.filter
def ago(moment: datetime | str | None) -> SafeString:
    """“2 minutes ago”, which the browser keeps true; a date once that says more."""
    moment = _as_datetime(moment)
    if moment is None:
        return _NOTHING
    age = timezone.now() - moment
    if age >= _LONG_AGO:
        return _time(moment, date_format(timezone.localtime(moment), "DATE_FORMAT"))
    words = _("just now")
    if age >= timedelta(minutes=1):
        words = _("%(time)s ago") % {"time": timesince(moment, depth=1)}
    return _time(moment, words, is_kept_true=True)


def _time(moment: datetime, words: str, *, is_kept_true: bool = False) -> SafeString:
    return format_html(
        '<time datetime="{}" title="{}"{}>{}</time>',
        moment.isoformat(),
        date_format(timezone.localtime(moment), "DATETIME_FORMAT"),
        mark_safe(" data-ago") if is_kept_true else "",
        words,
    )


@register.filter
def is_long(text: str) -> bool:
    """Whether a message takes more than some twelve lines."""
    return len(text) > LONG_CHARS or text.count("\n") >= LONG_LINES


@register.filter
def pretty_json(value: Any) -> str:
    """JSON with its keys in their order."""
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)


@register.filter
def in_words(value: Any) -> str:
    """Text as it is, small values on one line, large ones spelled out."""
    if isinstance(value, str):
        return value
    line = json.dumps(value, ensure_ascii=False, default=str)
    return line if len(line) <= 72 else pretty_json(value)


@register.inclusion_tag("events/_text_box.html")
def text_box(label: str, value: Any, full_url: str = "") -> dict[str, Any]:
    """A labelled box of text or JSON, of which a long one shows its head and its tail."""
    text = value if isinstance(value, str) else pretty_json(value)
    context = {"label": label, "full_url": full_url, "head": text}
    if len(text) > CLAMP_CHARS:
        head = text[:_HEAD_CHARS].rpartition("\n")[0] or text[:_HEAD_CHARS]
        tail = text[-_TAIL_CHARS:].partition("\n")[2] or text[-_TAIL_CHARS:]
        left_out = filesize(len(text) - len(head) - len(tail))
        context |= {"head": head, "tail": tail, "left_out": left_out}
    return context


@register.filter
def arguments(body: Any) -> list[dict[str, Any]]:
    """The arguments of a tool call, one a row; `is_locked` marks those the operator fixed."""
    return list(_rows(body.tool_input, set(body.locked), ""))


def _rows(values: Mapping[str, Any], locked: set[str], prefix: str) -> Iterator[dict[str, Any]]:
    """One row an argument; those of an object only where one of them alone is locked."""
    for key, value in values.items():
        name = prefix + key
        if isinstance(value, dict) and any(lock.startswith(f"{name}.") for lock in locked):
            yield from _rows(value, locked, f"{name}.")
            continue
        yield {"name": name, "text": in_words(value), "is_locked": name in locked}


@register.filter
def intent(tool_input: Mapping[str, Any]) -> str:
    """The one argument that says in words what the call is for."""
    for name in ("intent", "query", "message", "pattern", "url", "title", "filename"):
        value = tool_input.get(name)
        if isinstance(value, str) and value.strip():
            return value.strip()
    return ""


@register.filter
def search_results(tool_output: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The passages a search found, or nothing if this is no search."""
    results = tool_output.get("search_results")
    if not isinstance(results, list):
        return []
    return [_as_source(result) for result in results if isinstance(result, dict)]


def _as_source(result: Mapping[str, Any]) -> dict[str, Any]:
    metadata = result.get("document_metadata")
    title = metadata.get("title") if isinstance(metadata, dict) else None
    score = result.get("score")
    return {
        "title": str(title or result.get("document_id") or _("Untitled")),
        "place": str(result.get("corpus_key") or ""),
        "score": number_format(score, 2) if isinstance(score, int | float) else "",
        "text": str(result.get("text") or ""),
    }


@register.filter
def fields(value: Any) -> list[tuple[str, Any]]:
    """The names and values of a JSON object. Its `.items` could be a field that is called so."""
    return list(value.items()) if isinstance(value, Mapping) else []


@register.filter
def is_key(value: Any) -> bool:
    """Whether an address can be made of it: models and tools may say anything."""
    return isinstance(value, str) and re.fullmatch(r"[0-9a-zA-Z_-]{1,50}", value) is not None


@register.filter
def made_file(tool_output: Mapping[str, Any]) -> dict[str, Any] | None:
    """The artifact a tool made, if its output tells of one."""
    held = tool_output.get("artifact")
    artifact: Mapping[str, Any] = held if isinstance(held, dict) else tool_output
    key, filename = artifact.get("artifact_id"), artifact.get("filename")
    if not is_key(key) or not isinstance(filename, str):
        return None
    size = artifact.get("size_bytes")
    size_bytes = size if isinstance(size, int) else None
    return {"artifact_id": key, "filename": filename, "size_bytes": size_bytes}


@register.filter
def failure(tool_output: Mapping[str, Any]) -> str:
    """What a failed tool says for itself."""
    return str(tool_output.get("error") or _("The tool failed and gave no reason."))


def _as_datetime(moment: datetime | str | None) -> datetime | None:
    return parse_datetime(moment) if isinstance(moment, str) else moment
