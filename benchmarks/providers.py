"""What a streamed token costs us in CPU: our providers, and other ways to read the same stream.

    python -m benchmarks.providers [--streams 100] [--rate 50] [--tokens 150]

*Paced*: many streams at once, one token a read, as real models send them. *Burst*: as fast as the
server writes. Only this process's CPU counts; the fake server has a process of its own.
"""

import argparse
import asyncio
import contextlib
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from importlib.util import find_spec
from typing import Any

import orjson
import uvloop

from chatapp.events.bodies import text_message
from chatapp.llm.base import LLMRequest, TextDelta
from chatapp.llm.http import session
from chatapp.llm.providers.anthropic import Anthropic
from chatapp.llm.providers.openai import OpenAI

Reader = Callable[[str, str], Awaitable[int]]


async def ours(url: str, order: str) -> int:
    return await _provider_tokens(OpenAI(base_url=url), order)


async def ours_anthropic(url: str, order: str) -> int:
    return await _provider_tokens(Anthropic(base_url=url), order)


async def _provider_tokens(provider: OpenAI | Anthropic, order: str) -> int:
    request = LLMRequest("fake-1", "", (text_message(order),))
    return sum([isinstance(chunk, TextDelta) async for chunk in provider.stream(request)])


async def bare_aiohttp(url: str, order: str) -> int:
    http = await session()
    async with http.post(f"{url}/chat/completions", data=orjson.dumps(_body(order))) as response:
        return await _count(response.content.iter_any())


async def bare_httpx2(url: str, order: str) -> int:
    import httpx2

    client = _kept("httpx2", lambda: httpx2.AsyncClient(limits=httpx2.Limits(), timeout=60))
    body = orjson.dumps(_body(order))
    async with client.stream("POST", f"{url}/chat/completions", content=body) as response:
        return await _count(response.aiter_raw())


async def openai_raw(url: str, order: str) -> int:
    import openai

    client = _kept("openai", lambda: openai.AsyncOpenAI(base_url=url, api_key="k"))
    create = client.chat.completions.with_streaming_response.create
    async with create(**_body(order)) as response:
        return await _count(response.iter_bytes())


async def openai_typed(url: str, order: str) -> int:
    import openai

    client = _kept("openai", lambda: openai.AsyncOpenAI(base_url=url, api_key="k"))
    stream = await client.chat.completions.create(**_body(order))
    return sum([bool(part.choices and part.choices[0].delta.content) async for part in stream])


READERS: dict[str, tuple[str, Reader]] = {
    "ours, openai": ("aiohttp", ours),
    "ours, anthropic": ("aiohttp", ours_anthropic),
    "aiohttp, bare": ("aiohttp", bare_aiohttp),
    "httpx2, bare": ("httpx2", bare_httpx2),
    "openai SDK, raw": ("openai", openai_raw),
    "openai SDK, typed": ("openai", openai_typed),
}

_clients: dict[str, Any] = {}


def _kept(name: str, make: Callable[[], Any]) -> Any:
    if name not in _clients:
        _clients[name] = make()
    return _clients[name]


def _body(order: str) -> dict[str, Any]:
    messages = [{"role": "user", "content": order}]
    usage = {"include_usage": True}
    return {"model": "m", "messages": messages, "stream": True, "stream_options": usage}


async def _count(parts: AsyncIterator[bytes]) -> int:
    tokens, rest = 0, b""
    async for part in parts:
        *lines, rest = (rest + part).split(b"\n")
        for line in lines:
            if line.startswith(b"data: ") and line != b"data: [DONE]":
                for choice in orjson.loads(line[6:])["choices"]:
                    tokens += bool(choice["delta"].get("content"))
    return tokens


async def measure(read: Reader, url: str, order: str, streams: int) -> tuple[float, float]:
    """CPU milliseconds for 1,000 tokens, and seconds by the clock."""
    await read(url, "!tokens=1")
    cpu, clock = time.process_time(), time.monotonic()
    tokens = sum(await asyncio.gather(*(read(url, order) for _ in range(streams))))
    return 1e6 * (time.process_time() - cpu) / tokens, time.monotonic() - clock


async def report(url: str, arguments: argparse.Namespace) -> None:
    paced = f"!tokens={arguments.tokens} rate={arguments.rate}"
    print(f"{'CPU ms for 1,000 tokens':24}{'paced':>8}{'burst':>8}")
    for name, (package, read) in READERS.items():
        if find_spec(package):
            slow, _ = await measure(read, url, paced, arguments.streams)
            fast, _ = await measure(read, url, "!tokens=5000", 4)
            print(f"{name:24}{slow:8.1f}{fast:8.1f}")


@contextlib.contextmanager
def fake_server() -> Any:
    command = [sys.executable, "-m", "tests.fake_openai"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield process.stdout.readline().split()[-1] + "/v1"
        finally:
            process.terminate()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--streams", type=int, default=100)
    parser.add_argument("--rate", type=float, default=50)
    parser.add_argument("--tokens", type=int, default=150)
    with fake_server() as url:
        uvloop.run(report(url, parser.parse_args()))


if __name__ == "__main__":
    main()
