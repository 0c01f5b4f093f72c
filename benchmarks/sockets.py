"""What an open page costs while nothing happens: the CPU to connect, the memory to stay.

python -m benchmarks.sockets [--sockets 500] [--seconds 30]
"""

import argparse
import asyncio
from contextlib import AsyncExitStack

import uvloop

from benchmarks.browser import Browser, client
from benchmarks.measured import Usage, installation, on_a_core_of_its_own
from benchmarks.seeding import make_chats

WARMING = 50
AT_ONCE = 20


async def measure(sockets: int, seconds: float) -> None:
    with installation() as installed:
        chats = make_chats(installed, sockets + WARMING)
        with on_a_core_of_its_own():
            web = installed.web("--no-demo")
        async with AsyncExitStack() as stack:
            http = await stack.enter_async_context(client())
            gate = asyncio.Semaphore(AT_ONCE)

            async def connect(browser: Browser) -> None:
                async with gate:
                    await stack.enter_async_context(browser)

            browsers = [Browser(http, web.url, chat) for chat in chats]
            async with http.get(f"{web.url}/accounts/login/") as page:
                await page.read()  # by then the server has loaded what it will ever load
            await asyncio.gather(*map(connect, browsers[:WARMING]))
            async with Usage(web.process) as connecting:
                await asyncio.gather(*map(connect, browsers[WARMING:]))
            async with Usage(web.process) as idle:
                await asyncio.sleep(seconds)
    kilobytes = 1024 * (idle.rss_after - connecting.rss_before) / sockets
    print(f"{sockets} sockets connected, {AT_ONCE} at once, after {WARMING} to warm up")
    print(f"connect   {connecting.cpu_ms / sockets:6.2f} ms CPU each")
    print(f"stay      {kilobytes:6.1f} KB each")
    print(f"idle      {idle.cpu_ms / seconds / sockets:6.3f} ms CPU a second each")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sockets", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=30)
    given = parser.parse_args()
    uvloop.run(measure(given.sockets, given.seconds))


if __name__ == "__main__":
    main()
