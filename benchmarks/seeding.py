"""Asks an installation to make people, sessions and long logs for a benchmark.

The work itself is done by `benchmarks.seeds`, in a process with the installation's settings.
"""

import json
from dataclasses import dataclass

from tests.installation import Installation


@dataclass(frozen=True, slots=True)
class Chat:
    """A session, and the headers its owner's browser sends."""

    key: str
    headers: dict[str, str]


def make_chats(installed: Installation, count: int, *, events: int = 0) -> list[Chat]:
    """Sessions of as many people, who are signed in, each with so many events."""
    return [Chat(**row) for row in _ask(installed, f"make_chats({count}, events={events})")]


def make_crowded_sidebar(installed: Installation, sessions: int) -> Chat:
    """One of the many sessions of one person."""
    return Chat(**_ask(installed, f"make_crowded_sidebar({sessions})"))


def count_queries(installed: Installation, chat: Chat, path: str) -> int:
    """How often a page asks the database, counted beside the server."""
    return int(_ask(installed, f"count_queries({chat.headers['Cookie']!r}, {path!r})"))


def _ask(installed: Installation, call: str):  # type: ignore[no-untyped-def]
    code = f"import json; from benchmarks import seeds; print(json.dumps(seeds.{call}))"
    return json.loads(installed.manage("shell", "-c", code).splitlines()[-1])
