"""How fast pages come from an old installation: long sessions, a crowded sidebar.

    python -m benchmarks.pages [--events 10000] [--sessions 50000] [--requests 100] [--postgresql]

With `--postgresql` it starts a server of its own; otherwise the database is SQLite.
"""

import argparse
import asyncio
import gzip
import time
from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp

from benchmarks.browser import client
from benchmarks.measured import Usage, installation, on_a_core_of_its_own, percentile
from benchmarks.seeding import Chat, count_queries, make_chats, make_crowded_sidebar
from tests.installation import Installation, Web
from tests.servers import Postgres


@contextmanager
def installed_on(*, postgresql: bool) -> Iterator[Installation]:
    if not postgresql:
        with installation() as installed:
            yield installed
        return
    server = Postgres().start()
    try:
        with installation(DATABASE_URL=server.create("benchmark")) as installed:
            yield installed
    finally:
        server.close()


async def measure_page(web: Web, chat: Chat, path: str, requests: int) -> tuple[str, ...]:
    """Kilobytes compressed, milliseconds at the median and at the 95th percentile, CPU."""
    headers = {"Cookie": chat.headers["Cookie"]}
    async with client() as http:
        body = await read(http, web.url + path, headers)
        times = []
        async with Usage(web.process) as usage:
            for _ in range(requests):
                began = time.perf_counter()
                await read(http, web.url + path, headers)
                times.append(1000 * (time.perf_counter() - began))
    return (
        f"{len(gzip.compress(body)) / 1024:.0f}",
        f"{percentile(times, 50):.0f}",
        f"{percentile(times, 95):.0f}",
        f"{usage.cpu_ms / requests:.0f}",
    )


async def read(http: aiohttp.ClientSession, url: str, headers: dict[str, str]) -> bytes:
    async with http.get(url, headers=headers) as answer:
        answer.raise_for_status()
        return await answer.read()


def measure(installed: Installation, given: argparse.Namespace) -> None:
    [short] = make_chats(installed, 1, events=60)
    [long] = make_chats(installed, 1, events=given.events)
    crowded = make_crowded_sidebar(installed, given.sessions)
    with on_a_core_of_its_own():
        web = installed.web("--no-demo")
    pages = {
        "session of 60 events": (short, f"/s/{short.key}"),
        f"session of {given.events:,} events": (long, f"/s/{long.key}"),
        f"its sidebar, {given.sessions:,} sessions": (crowded, "/sidebar"),
        "a name searched there": (crowded, "/sidebar?q=Session+4711"),
        "new session, crowded": (crowded, "/"),
    }
    print(f"{'':34}{'KB gz':>7}{'p50 ms':>8}{'p95 ms':>8}{'CPU ms':>8}{'queries':>9}")
    for name, (chat, path) in pages.items():
        cells = asyncio.run(measure_page(web, chat, path, given.requests))
        queries = count_queries(installed, chat, path)
        print(f"{name:34}{cells[0]:>7}{cells[1]:>8}{cells[2]:>8}{cells[3]:>8}{queries:>9}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--sessions", type=int, default=50_000)
    parser.add_argument("--requests", type=int, default=100)
    parser.add_argument("--postgresql", action="store_true")
    given = parser.parse_args()
    with installed_on(postgresql=given.postgresql) as installed:
        measure(installed, given)


if __name__ == "__main__":
    main()
