"""What a large file costs the server on its way in: memory beyond what it had, and CPU.

python -m benchmarks.uploads [--megabytes 100] [--times 3]
"""

import argparse
import asyncio
import time
from tempfile import TemporaryFile

import aiohttp

from benchmarks.browser import client
from benchmarks.measured import MB, Usage, installation, on_a_core_of_its_own
from benchmarks.seeding import Chat, make_chats
from tests.installation import Web

PIECE = b"All work and no play makes Jack a dull boy.\n" * (2**16 // 44)


async def upload(http: aiohttp.ClientSession, web: Web, chat: Chat, size: int) -> None:
    with TemporaryFile() as file:
        for start in range(0, size, len(PIECE)):
            file.write(PIECE[: size - start])
        file.seek(0)
        form = aiohttp.FormData()
        form.add_field("files", file, filename="long.txt", content_type="text/plain")
        url = f"{web.url}/s/{chat.key}/files"
        async with http.post(url, data=form, headers=chat.headers) as answer:
            if answer.status != 201:
                raise RuntimeError(f"{answer.status}: {(await answer.text())[:500]}")


async def measure(web: Web, chat: Chat, size: int, times: int) -> None:
    async with client() as http:
        await upload(http, web, chat, 2**16)
        print(f"{size / MB:.0f} MB    memory MB   CPU s   wall s")
        for _ in range(times):
            began = time.perf_counter()
            async with Usage(web.process) as usage:
                await upload(http, web, chat, size)
            wall, memory = time.perf_counter() - began, usage.rss_peak - usage.rss_before
            print(f"{'':8}{memory:11.1f}{usage.cpu_ms / 1000:8.2f}{wall:9.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--times", type=int, default=3)
    given = parser.parse_args()
    with installation(CHATAPP_MAX_UPLOAD_MB=str(given.megabytes)) as installed:
        [chat] = make_chats(installed, 1)
        with on_a_core_of_its_own():
            web = installed.web("--no-demo")
        asyncio.run(measure(web, chat, given.megabytes * MB, given.times))


if __name__ == "__main__":
    main()
