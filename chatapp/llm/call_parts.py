"""Calls of tools as they arrive: in pieces, several at a time, and not always by the book."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import orjson

from chatapp.llm.base import ToolCall

MAX_NAME = 200
MAX_ID = 64


@dataclass(slots=True)
class CallParts:
    id: str = ""
    name: str = ""
    arguments: list[str] = field(default_factory=list)

    def add_name(self, name: str) -> None:
        """Take the name, or more of it. Some servers repeat it with every piece."""
        if not self.arguments and name != self.name:
            self.name = (self.name + name)[:MAX_NAME]

    def add_arguments(self, arguments: object) -> str:
        """Take a piece of the JSON text. Some servers send the object itself."""
        if isinstance(arguments, dict):
            arguments = orjson.dumps(arguments, default=str).decode()
        if not isinstance(arguments, str) or not arguments:
            return ""
        self.arguments.append(arguments)
        return arguments


def complete(parts: Iterable[CallParts], taken: Iterable[str]) -> list[ToolCall]:
    """The calls that have a name. No two share an id, and none has one that was `taken`."""
    calls, ids = [], set(taken)
    for part in parts:
        if part.name:
            is_good = 0 < len(part.id) <= MAX_ID and part.id not in ids
            unique = part.id if is_good else f"call_{uuid.uuid4().hex[:24]}"
            ids.add(unique)
            calls.append(ToolCall(unique, part.name, "".join(part.arguments) or "{}"))
    return calls


def text_of(value: Any) -> str:
    return value if isinstance(value, str) else ""


def count_of(value: Any) -> int:
    return value if isinstance(value, int) and value >= 0 else 0
