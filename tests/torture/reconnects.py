"""Pages whose connection is cut again and again while answers stream: each must end with what the
database has, nothing missing and nothing twice.

    python -m tests.torture.reconnects [--sessions 25] [--turns 20] [--seed 1]
"""

import argparse
import asyncio
import contextlib
import json
import random
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

from tests.installation import Installation, Person, Web
from tests.processes import wait_until

ORDER = "!tokens=60 rate=30"
PAGES = 2
LONGEST = 0.8
PATIENCE = 120


@dataclass(frozen=True, slots=True)
class Storm:
    """What came of it. `faults` says where a page was told something else than the database."""

    cuts: int
    events: int
    faults: list[str]


class Page:
    """Follows one session as the browser does: a cursor, and the lengths of the live blocks."""

    def __init__(self, web: Web, cookie: str, key: str) -> None:
        self.key, self.cursor, self.cuts = key, 0, 0
        self.faults: list[str] = []
        self._url = f"ws://127.0.0.1:{web.port}/ws/s/{key}/"
        self._headers, self._origin = {"Cookie": cookie}, cast(Origin, web.url)
        self._lengths: dict[int, int] = {}

    async def suffer(self, chance: random.Random, over: asyncio.Event) -> None:
        while not over.is_set():
            async with self._connected() as socket:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(chance.uniform(0.0, LONGEST)):
                        await self._read(socket)
                socket.transport.abort()
                self.cuts += 1

    async def catch_up(self) -> None:
        async with asyncio.timeout(PATIENCE), self._connected() as socket:
            await self._read(socket, until_idle=True)

    def _connected(self) -> connect:
        self._lengths.clear()
        url = f"{self._url}?after={self.cursor}"
        return connect(url, additional_headers=self._headers, origin=self._origin, max_size=None)

    async def _read(self, socket: Any, *, until_idle: bool = False) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for text in socket:
                messages = json.loads(text)
                for message in messages:
                    self._take(message)
                if until_idle and any(m["t"] == "run" and m["state"] == "idle" for m in messages):
                    return

    def _take(self, message: dict[str, Any]) -> None:
        match message["t"]:
            case "ev":
                self._expect(message["seq"], self.cursor + 1, "event")
                self.cursor = message["seq"]
            case "begin":
                self._lengths.clear()
            case "b":
                self._lengths[message["index"]] = message["length"]
            case "d":
                here = self._lengths.get(message["index"], 0)
                self._expect(message["offset"], here, "offset in a block")
                self._lengths[message["index"]] = here + message["length"]

    def _expect(self, got: int, expected: int, what: str) -> None:
        if got != expected:
            self.faults.append(f"{self.key}: {what} {got} where {expected} was due")


async def storm(
    installation: Installation, web: Web, person: Person, *, sessions: int, turns: int, seed: int
) -> Storm:
    """Sessions with messages that wait in line, two pages each, cut at random until all is said."""
    keys = [person.start(ORDER) for _ in range(sessions)]
    for key in keys * (turns - 1):
        person.send(key, ORDER).raise_for_status()
    pages = [Page(web, person.cookie, key) for key in keys for _ in range(PAGES)]
    over = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        for number, page in enumerate(pages):
            tasks.create_task(page.suffer(random.Random(f"{seed}.{number}"), over))
        await asyncio.to_thread(wait_until, lambda: _are_done(installation), PATIENCE * turns)
        over.set()
    await asyncio.gather(*(page.catch_up() for page in pages))
    return _verdict(pages, _logs(installation))


def _are_done(installation: Installation) -> bool:
    open_ones = "SELECT id FROM chatapp_turn WHERE status IN ('queued', 'running') LIMIT 1"
    return not installation.query(open_ones)


def _logs(installation: Installation) -> dict[str, int]:
    """The last event of each session."""
    rows = installation.query(
        "SELECT s.key, max(e.seq) AS last FROM chatapp_event e"
        " JOIN chatapp_session s ON s.id = e.session_id GROUP BY s.key"
    )
    return {row["key"]: row["last"] for row in rows}


def _verdict(pages: list[Page], logs: dict[str, int]) -> Storm:
    faults = [fault for page in pages for fault in page.faults]
    faults += [
        f"{page.key}: ended at {page.cursor} of {logs[page.key]}"
        for page in pages
        if page.cursor != logs[page.key]
    ]
    events = sum(logs[page.key] for page in pages)
    return Storm(sum(page.cuts for page in pages), events, faults)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=25)
    parser.add_argument("--turns", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="chatapp-storm-") as folder,
        Installation(Path(folder)) as installation,
    ):
        installation.fake_model()
        web = installation.web()
        person = installation.person(web, web.link_of("user"))
        done = asyncio.run(
            storm(
                installation, web, person,
                sessions=given.sessions, turns=given.turns, seed=given.seed,
            )
        )  # fmt: skip
    sys.stdout.write(f"{done.cuts} cuts, {done.events} events, {len(done.faults)} faults\n")
    for fault in done.faults[:20]:
        sys.stdout.write(f"  {fault}\n")
    return min(len(done.faults), 1)


if __name__ == "__main__":
    sys.exit(main())
