"""What a file holds, made fit to be shown: text, tables, trees. Nothing of it is run."""

import csv
import io
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson

from chatapp.lib.blocks import render_blocks, wrap_blocks
from chatapp.lib.highlighting import highlight
from chatapp.lib.json_tree import render_tree
from chatapp.lib.mime import kind_of
from chatapp.models import Artifact
from chatapp.services.artifacts import read_artifact

MAX_BYTES = 200 * 1024
MAX_ROWS = 200
MAX_COLUMNS = 50
Show = Literal["image", "pdf", "markdown", "code", "text", "table", "json", "none"]


@dataclass(frozen=True, slots=True)
class Preview:
    """`html` is safe: Markdown, code or a tree; `rows` are of a table, the first its head."""

    show: Show
    html: str = ""
    text: str = ""
    rows: list[list[str]] = field(default_factory=list)
    truncated: bool = False


def preview_of(artifact: Artifact) -> Preview:
    kind = kind_of(artifact.mime_type)
    if kind == "image":
        return Preview("image")
    if kind == "pdf":
        return Preview("pdf")
    if kind not in {"text", "code", "markdown", "csv", "json", "html"}:
        return Preview("none")
    text, truncated = _text(artifact)
    match kind:
        case "markdown":
            return Preview("markdown", html=wrap_blocks(render_blocks(text)), truncated=truncated)
        case "csv":
            return _table(text, truncated)
        case "json":
            return _tree(text, truncated)
        case "code" | "html":
            extension = artifact.filename.rpartition(".")[2]
            return Preview("code", html=highlight(text, extension), text=text, truncated=truncated)
    return Preview("text", text=text, truncated=truncated)


def _text(artifact: Artifact) -> tuple[str, bool]:
    data = read_artifact(artifact, MAX_BYTES)
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    return data.decode(encoding, "replace"), artifact.size_bytes > MAX_BYTES


def _table(text: str, truncated: bool) -> Preview:
    try:
        # Its expressions take seconds for a few thousand quotes in a row.
        dialect: Any = csv.Sniffer().sniff(text[:1024], delimiters=",;\t|")
    except csv.Error:
        dialect = csv.excel
    try:
        rows = [
            row[:MAX_COLUMNS]
            for row, _ in zip(
                csv.reader(io.StringIO(text), dialect), range(MAX_ROWS + 1), strict=False
            )
        ]
    except csv.Error:
        return Preview("text", text=text, truncated=truncated)
    return Preview("table", rows=rows[: MAX_ROWS + 1], truncated=truncated or len(rows) > MAX_ROWS)


def _tree(text: str, truncated: bool) -> Preview:
    try:
        tree = orjson.loads(text)
    except orjson.JSONDecodeError:
        return Preview("text", text=text, truncated=truncated)
    html, is_whole = render_tree(tree)
    return Preview("json", html=html, truncated=not is_whole)
