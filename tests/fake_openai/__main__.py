"""Run the fake model server by itself."""

import argparse
import asyncio
import contextlib
import signal
import sys

from tests.fake_openai.server import FakeOpenAI

with contextlib.suppress(ImportError):
    import uvloop

    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())


async def serve(port: int) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with FakeOpenAI(port) as server:
        sys.stdout.write(f"Listening on http://127.0.0.1:{server.port}\n")
        sys.stdout.flush()
        await stop.wait()


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--port", type=int, default=0, help="0 takes any free port")
asyncio.run(serve(parser.parse_args().port))
