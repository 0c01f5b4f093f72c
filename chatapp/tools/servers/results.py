"""What a tool of a server gave back, as an output that we can store."""

import base64
import binascii
from dataclasses import dataclass
from typing import Any

MAX_TEXT = 2_000_000


@dataclass(frozen=True, slots=True)
class File:
    mime_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Result:
    """`files` are images, sounds and other bytes: they become artifacts."""

    output: dict[str, Any]
    files: tuple[File, ...]
    is_error: bool

    @property
    def text(self) -> str:
        return str(self.output.get("content", ""))


def result_of(answer: Any) -> Result:
    """From the SDK's CallToolResult."""
    texts, files = [], []
    for block in answer.content or ():
        match block.type:
            case "text":
                texts.append(block.text)
            case "image" | "audio":
                files.append(_file(block.mime_type, block.data))
            case "resource":
                _take_resource(block.resource, texts, files)
            case "resource_link":
                texts.append(f"{block.name}: {block.uri}")
    output: dict[str, Any] = {"content": "\n".join(texts)[:MAX_TEXT]}
    if answer.structured_content is not None:
        output["structured_content"] = answer.structured_content
    return Result(output, tuple(file for file in files if file), bool(answer.is_error))


def _take_resource(resource: Any, texts: list[str], files: list[File | None]) -> None:
    if (text := getattr(resource, "text", None)) is not None:
        texts.append(text)
    elif (blob := getattr(resource, "blob", None)) is not None:
        files.append(_file(resource.mime_type, blob))


def _file(mime_type: str | None, data: str) -> File | None:
    try:
        return File(mime_type or "application/octet-stream", base64.b64decode(data))
    except (binascii.Error, ValueError):
        return None
