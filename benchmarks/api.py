"""What the REST API takes: reads among many sessions, and streams.

    python -m benchmarks.api [--sessions 100000] [--seconds 5] [--chats 20]

The server has a core of its own. Latency is of one client at a time, the rate of sixteen.
"""

import argparse
import asyncio
import json
import time
from dataclasses import dataclass

import aiohttp

from benchmarks.browser import order
from benchmarks.measured import Usage, installation, on_a_core_of_its_own, percentile
from tests.installation import Installation, Web

SEED = """
from benchmarks import seeds
from chatapp.models import Session
session = Session.objects.select_related("owner", "agent").get(
    key=seeds.make_crowded_sidebar({sessions})["key"]
)
print(session.owner.username, session.agent.key, session.key)
"""
CLIENTS = 16
TOKENS = 250
RATE = 50


@dataclass(frozen=True, slots=True)
class Place:
    """A session among many, and the key of its owner."""

    url: str
    key: str
    agent: str
    session: str

    @property
    def sessions(self) -> str:
        return f"{self.url}/v2/agents/{self.agent}/sessions"

    @property
    def headers(self) -> dict[str, str]:
        return {"x-api-key": self.key}


def make_place(installed: Installation, web: Web, sessions: int) -> Place:
    printed = installed.manage("shell", "-c", SEED.format(sessions=sessions))
    username, agent, session = printed.splitlines()[-1].split()
    return Place(web.url, installed.manage("createapikey", username), agent, session)


async def measure_reads(
    http: aiohttp.ClientSession, place: Place, web: Web, seconds: float
) -> None:
    page = await (await http.get(place.sessions, params={"limit": 100})).json()
    paths = {
        "get a session": f"{place.sessions}/{place.session}",
        "list 10": f"{place.sessions}?limit=10",
        "list 100": f"{place.sessions}?limit=100",
        "list 100, second page": (
            f"{place.sessions}?limit=100&page_key={page['metadata']['page_key']}"
        ),
        "list, nothing matches": f"{place.sessions}?filter=nothing+like+it",
    }
    print(f"{'':24}  p50 ms  p95 ms  requests/s  CPU ms a request")
    for name, url in paths.items():
        times = await repeat(http, url, seconds, clients=1)
        async with Usage(web.process) as usage:
            many = await repeat(http, url, seconds, clients=CLIENTS)
        p50, p95 = percentile(times, 50), percentile(times, 95)
        rate, cpu = len(many) / seconds, usage.cpu_ms / len(many)
        print(f"{name:24}  {p50:6.1f}  {p95:6.1f}  {rate:10.0f}  {cpu:16.1f}")


async def repeat(
    http: aiohttp.ClientSession, url: str, seconds: float, *, clients: int
) -> list[float]:
    """How long each request took, of so many clients in so many seconds."""
    times: list[float] = []
    end = time.monotonic() + seconds

    async def client() -> None:
        while time.monotonic() < end:
            times.append(await read(http, url))

    await asyncio.gather(*(client() for _ in range(clients)))
    return times


async def read(http: aiohttp.ClientSession, url: str) -> float:
    began = time.monotonic()
    async with http.get(url) as answer:
        await answer.read()
        answer.raise_for_status()
    return (time.monotonic() - began) * 1000


@dataclass
class Streamed:
    """One answer as server-sent events: times since the request, in milliseconds."""

    first_byte: float = 0.0
    first_text: float = 0.0
    tokens: int = 0


async def stream(http: aiohttp.ClientSession, place: Place, text: str) -> Streamed:
    async with http.post(place.sessions, json={}) as made:
        session = (await made.json())["key"]
    body = {"messages": [{"type": "text", "content": text}], "stream_response": True}
    began, streamed, said = time.monotonic(), Streamed(), ""
    async with http.post(f"{place.sessions}/{session}/events", json=body) as answer:
        answer.raise_for_status()
        async for line in answer.content:
            now = (time.monotonic() - began) * 1000
            streamed.first_byte = streamed.first_byte or now
            if line.startswith(b"data:") and b'"streaming_agent_output"' in line:
                streamed.first_text = streamed.first_text or now
                said += json.loads(line[5:])["content"]
    streamed.tokens = len(said.split())
    return streamed


async def measure_streams(http: aiohttp.ClientSession, place: Place, web: Web, chats: int) -> None:
    alone = [await stream(http, place, order(5)) for _ in range(20)]
    print("\none stream, until")
    for name, times in (
        ("the first byte", [one.first_byte for one in alone]),
        ("the first text", [one.first_text for one in alone]),
    ):
        print(f"  {name}: p50 {percentile(times, 50):.0f} ms, p95 {percentile(times, 95):.0f} ms")
    async with Usage(web.process) as usage:
        many = await asyncio.gather(
            *(stream(http, place, order(TOKENS, RATE)) for _ in range(chats))
        )
    tokens = sum(one.tokens for one in many)
    cpu = usage.cpu_ms / tokens * 1000
    lost = chats * TOKENS - tokens
    print(f"{chats} streams of {RATE} tokens/s: {cpu:.0f} ms CPU per 1,000 tokens, {lost} lost")


async def measure(place: Place, web: Web, seconds: float, chats: int) -> None:
    timeout = aiohttp.ClientTimeout(total=120)
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(
        headers=place.headers, timeout=timeout, connector=connector
    ) as http:
        await measure_reads(http, place, web, seconds)
        await measure_streams(http, place, web, chats)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--chats", type=int, default=20)
    given = parser.parse_args()
    with installation(with_model=True, CHATAPP_API_REQUESTS_PER_MINUTE="100000000") as installed:
        with on_a_core_of_its_own():
            web = installed.web("--no-demo")
        place = make_place(installed, web, given.sessions)
        print(f"{given.sessions:,} sessions of one person\n")
        asyncio.run(measure(place, web, given.seconds, given.chats))


if __name__ == "__main__":
    main()
