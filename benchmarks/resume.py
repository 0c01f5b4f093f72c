"""How soon a page that was away has all it missed, and whether something is missing or twice.

python -m benchmarks.resume [--missed 1000] [--times 100] [--at-once 1]
"""

import argparse
import asyncio
import time

import uvloop

from benchmarks.browser import Browser, client
from benchmarks.measured import Usage, installation, on_a_core_of_its_own, percentile
from benchmarks.seeding import make_chats


class Returning(Browser):
    """A tab that comes back, and notes what it is told."""

    async def come_back(self, after: int) -> tuple[float, list[int]]:
        """Milliseconds until all is here, and the numbers of the events."""
        began, self.numbers = time.perf_counter(), list[int]()
        await self.open(after)
        took = 1000 * (time.perf_counter() - began)
        await self._stack.aclose()
        return took, self.numbers

    async def messages(self):  # type: ignore[no-untyped-def]
        messages = await super().messages()
        self.numbers += [message["seq"] for message in messages if message["t"] == "ev"]
        return messages


async def measure(missed: int, times: int, at_once: int) -> None:
    with installation() as installed:
        [chat] = make_chats(installed, 1, events=missed + 1)
        with on_a_core_of_its_own():
            web = installed.web("--no-demo")
        gate = asyncio.Semaphore(at_once)
        async with client() as http:

            async def come_back() -> tuple[float, list[int]]:
                async with gate:
                    return await Returning(http, web.url, chat).come_back(after=1)

            await come_back()
            async with Usage(web.process) as usage:
                came = await asyncio.gather(*(come_back() for _ in range(times)))
    waits = [wait for wait, _ in came]
    whole = sum(numbers == list(range(2, missed + 2)) for _, numbers in came)
    print(f"{missed} events missed, {times} times, {at_once} at once")
    for percent in (50, 95, 99):
        print(f"p{percent}   {percentile(waits, percent):8.0f} ms")
    print(f"CPU   {usage.cpu_ms / times:8.0f} ms each")
    print(f"without gap or double: {whole} of {times}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--missed", type=int, default=1000)
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--at-once", type=int, default=1)
    given = parser.parse_args()
    uvloop.run(measure(given.missed, given.times, given.at_once))


if __name__ == "__main__":
    main()
