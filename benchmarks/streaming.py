"""What a streamed token costs the whole server, beside a bare relay of the same stream.

    python -m benchmarks.streaming [--chats 1 20 100 200] [--idle 500] [--rate 50] [--tokens 500]

The server has the first core for itself; the model and the browsers share the others. CPU is the
server's alone, for everything that a chat is: the message's way in, the model client, the store,
the rendering, the sockets.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from statistics import median
from typing import Protocol

import uvloop

from benchmarks.browser import Browser, Received, RelayBrowser, client, order
from benchmarks.measured import Usage, installation, on_a_core_of_its_own, percentile
from benchmarks.seeding import make_chats
from tests.installation import Installation
from tests.processes import Process, environment, free_port

RAMP_SECONDS = 2.0
HEAD = ("chats", "idle", "CPU ms/1k", "relay", "ratio", "lag p50", "p95", "lost", "errors", "MB")


class Asker(Protocol):
    async def ask(self, text: str, tokens: int) -> Received: ...


class Run:
    """What came of so many chats at once."""

    def __init__(self, received: Sequence[Received], usage: Usage) -> None:
        tokens = sum(one.tokens for one in received)
        lags = [lag for one in received for lag in one.lags]
        self.cpu_ms = 1000 * usage.cpu_ms / tokens
        self.lag_p50, self.lag_p95 = median(lags), percentile(lags, 95)
        self.lost = sum(one.lost for one in received)
        self.errors = [error for one in received for error in one.errors]
        self.rss = usage.rss_peak


async def stream(askers: Sequence[Asker], server: Process, rate: float, tokens: int) -> Run:
    """All ask within a ramp, as people do not press Enter in the same millisecond."""

    async def ask(place: int, asker: Asker) -> Received:
        await asyncio.sleep(RAMP_SECONDS * place / len(askers))
        return await asker.ask(order(tokens, rate), tokens)

    async with Usage(server) as usage:
        received = await asyncio.gather(*(ask(n, asker) for n, asker in enumerate(askers)))
    return Run(received, usage)


async def measure_ours(installed: Installation, arguments: argparse.Namespace) -> list[Run]:
    chats = make_chats(installed, max(arguments.chats) + arguments.idle)
    with on_a_core_of_its_own():
        web = installed.web("--no-demo")
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(client())
        browsers = [await stack.enter_async_context(Browser(http, web.url, chat)) for chat in chats]
        await stream(browsers[:5], web.process, 0, 100)
        runs = []
        for count in arguments.chats:
            async with AsyncExitStack() as idle:
                for browser in browsers[count:]:
                    await idle.enter_async_context(browser.resting())
                runs.append(
                    await stream(browsers[:count], web.process, arguments.rate, arguments.tokens)
                )
    web.process.stop()
    return runs


async def measure_relay(installed: Installation, arguments: argparse.Namespace) -> list[Run]:
    port = free_port()
    model = installed.settings["CHATAPP_LLM_BASE_URL"]
    command = [sys.executable, "-m", "benchmarks.relay", str(port), model]
    with on_a_core_of_its_own():
        relay = Process(command, installed.folder / "relay.log", environment())
    relay.wait_for("running on")
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(client())
        browsers = [
            await stack.enter_async_context(RelayBrowser(http, f"http://127.0.0.1:{port}/"))
            for _ in range(max(arguments.chats))
        ]
        await stream(browsers[:5], relay, 0, 100)
        runs = [
            await stream(browsers[:count], relay, arguments.rate, arguments.tokens)
            for count in arguments.chats
        ]
    relay.stop()
    return runs


def show(arguments: argparse.Namespace, ours: Sequence[Run], relay: Sequence[Run]) -> None:
    print("".join(f"{title:>10}" for title in HEAD))
    for count, our, bare in zip(arguments.chats, ours, relay, strict=True):
        ratio = our.cpu_ms / bare.cpu_ms
        cells = (f"{our.cpu_ms:.0f}", f"{bare.cpu_ms:.0f}", f"{ratio:.2f}", f"{our.lag_p50:.0f}")
        counts = (f"{our.lag_p95:.0f}", our.lost, len(our.errors), f"{our.rss:.0f}")
        row = (count, arguments.idle, *cells, *counts)
        print("".join(f"{cell:>10}" for cell in row))
        for error in sorted(set(our.errors + bare.errors))[:5]:
            print(f"  {error}")


async def measure(arguments: argparse.Namespace) -> None:
    with installation(with_model=True) as installed:
        relay = await measure_relay(installed, arguments)
        ours = await measure_ours(installed, arguments)
    show(arguments, ours, relay)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--chats", type=int, nargs="+", default=[1, 20, 100, 200])
    parser.add_argument("--idle", type=int, default=500, help="open sockets beside them")
    parser.add_argument("--rate", type=float, default=50, help="tokens a second and chat")
    parser.add_argument("--tokens", type=int, default=500, help="tokens an answer")
    uvloop.run(measure(parser.parse_args()))


if __name__ == "__main__":
    main()
