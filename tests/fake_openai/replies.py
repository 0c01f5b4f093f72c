"""What the fake model server is told to answer: a `Reply`, and the directives that make one.

Knows no HTTP and no dialect.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from typing import Any, Self

FAULTS = frozenset(
    (
        # The connection. These hold for any answer.
        "refuse", "hang", "silence", "stall", "reset", "close", "cut", "endless", "not_sse",
        # The bytes of the stream.
        "bom", "crlf", "no_space", "split", "garbage", "bad_json", "long_line", "unknown_events",
        # What the frames say.
        "wrong_types", "empty_choices", "two_finishes", "text_after_finish", "error",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a tool. `arguments` is sent as it stands, valid JSON or not."""

    name: str
    arguments: str = "{}"
    id: str | None = "auto"


@dataclass(frozen=True, slots=True)
class Reply:
    """One scripted answer.

    `rate` is in frames a second, 0 for as fast as possible. `after` is how many frames pass
    before the fault strikes; `at` is the byte at which `cut` strikes. `status` other than 200
    answers with an error of that status. `raw` is sent as the body of the stream, as it stands.
    With `stamped`, each of the `tokens` says its number and when it was sent.
    """

    text: str | tuple[str, ...] = ""
    tokens: int = 0
    stamped: bool = False
    thinking: str | tuple[str, ...] = ""
    thinking_field: str = "reasoning_content"
    tools: tuple[Call, ...] = ()
    finish: str = ""
    usage: bool = True
    rate: float = 0
    delay: float = 0
    fault: str = ""
    after: int = 0
    at: int = 0
    status: int = 200
    retry_after: str = ""
    error: dict[str, Any] = field(default_factory=dict)
    raw: str = ""

    def __post_init__(self) -> None:
        if self.fault and self.fault not in FAULTS:
            raise ValueError(f"No fault {self.fault!r}.")

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Self:
        known = {item.name for item in fields(cls)}
        if unknown := set(value) - known:
            raise ValueError(f"No such keys: {', '.join(sorted(unknown))}.")
        calls = tuple(_call(call) for call in value.get("tools", ()))
        for name in ("text", "thinking"):
            if isinstance(value.get(name), list):
                value = value | {name: tuple(value[name])}
        return cls(**value | {"tools": calls})


def _call(value: dict[str, Any]) -> Call:
    arguments = value.get("arguments", "{}")
    if not isinstance(arguments, str):
        arguments = json.dumps(arguments)
    return Call(value["name"], arguments, value.get("id", "auto"))


def directed(text: str) -> Reply | None:
    """What the user's own text orders, on lines that begin with `!`.

    !tokens=300 rate=50
    !fault=reset after=3
    !tool search {"query": "tea"}
    !say Hello there.
    """
    reply, found = Reply(), False
    for line in text.splitlines():
        if line.startswith("!"):
            found = True
            reply = _obey(reply, line[1:].strip())
    return reply if found else None


def _obey(reply: Reply, order: str) -> Reply:
    verb, _, rest = order.partition(" ")
    if verb == "say":
        return replace(reply, text=rest)
    if verb == "think":
        return replace(reply, thinking=rest)
    if verb == "tool":
        name, _, arguments = rest.partition(" ")
        return replace(reply, tools=(*reply.tools, Call(name, arguments.strip() or "{}")))
    return replace(reply, **dict(_settings(order.split())))


def _settings(words: Iterable[str]) -> Iterable[tuple[str, Any]]:
    for word in words:
        name, _, value = word.partition("=")
        if name in ("tokens", "after", "at", "status"):
            yield name, int(value)
        elif name == "stamped":
            yield name, bool(int(value))
        elif name in ("rate", "delay"):
            yield name, float(value)
        elif name in ("fault", "finish", "thinking_field", "retry_after"):
            yield name, value
