"""The long tier of provider tests: every cut of recorded streams, and thousands of broken ones.

    python -m tests.torture.providers [--rounds 2000] [--seed 1]

Whatever the server sends, an answer is finished once, at its end, or it ends in one of our own
errors; a stream that was cut is never finished. Exits 1 and names the seed if that fails.
"""

import argparse
import asyncio
import json
import random
import sys
import time
from typing import Any

from chatapp.errors import TurnError
from chatapp.events.bodies import text_message
from chatapp.llm.base import Chunk, Finish, LLMRequest, Provider
from chatapp.llm.providers.anthropic import Anthropic
from chatapp.llm.providers.openai import OpenAI
from tests.fake_openai import Call, FakeOpenAI, Reply
from tests.fake_openai.dialects import AnthropicDialect, Dialect, OpenAIDialect

ASKED = LLMRequest("fake-1", "", (text_message("Hi"),))
PROVIDERS: dict[str, type[Provider]] = {"openai": OpenAI, "anthropic": Anthropic}
DIALECTS: dict[str, type[OpenAIDialect] | type[AnthropicDialect]] = {
    "openai": OpenAIDialect,
    "anthropic": AnthropicDialect,
}
RECORDED = (
    Reply(text="Tea for you."),
    Reply(text=("Grüße, ", "世界 ", "🍵"), thinking="Hm."),
    Reply(tools=(Call("search", '{"query":"tee \\u00fc"}'), Call("clock"))),
    Reply(text="Wait.", tools=(Call("search", '{"query"'),)),
    Reply(tokens=30, finish="length"),
)
ODD_VALUES: tuple[Any, ...] = (
    None, True, -1, 10**20, 1e308, "", "\0", "x" * 3000, [], {}, [[]], {"a": {}}, [None], "error",
)  # fmt: skip


class ViolationError(AssertionError):
    pass


async def play(server: FakeOpenAI, name: str, stream: bytes) -> tuple[list[Chunk], bool]:
    """The chunks that a provider makes of a stream, and whether it called it finished."""
    server.script(Reply(raw=stream.decode("latin-1") or "\n"))
    provider = PROVIDERS[name](base_url=server.url)
    chunks: list[Chunk] = []
    try:
        async for chunk in provider.stream(ASKED):
            chunks.append(chunk)  # noqa: PERF401 - what came before an error counts
    except TurnError:
        return chunks, False
    finished = [place for place, chunk in enumerate(chunks, 1) if isinstance(chunk, Finish)]
    if finished != [len(chunks)]:
        raise ViolationError(f"{name}: finished at {finished} of {len(chunks)} chunks.")
    return chunks, True


def record(name: str, reply: Reply) -> tuple[list[bytes], int]:
    """A stream as frames, and the length up to which it is not finished yet."""
    dialect: Dialect = DIALECTS[name](reply, {"stream_options": {"include_usage": True}})
    frames = list(dialect.frames())
    place = frames.index(dialect.finish())
    # The finishing line counts from its line break on, of which a frame has two.
    return frames, len(b"".join(frames[: place + 1])) - 1


async def cut_everywhere(server: FakeOpenAI, *, step: int = 1) -> int:
    tries = 0
    for name in DIALECTS:
        for reply in RECORDED:
            frames, unfinished = record(name, reply)
            stream = b"".join(frames)
            for at in range(0, len(stream), step):
                _, is_finished = await play(server, name, stream[:at])
                tries += 1
                if is_finished != (at >= unfinished):
                    raise ViolationError(f"{name}: cut at byte {at} of {reply}.")
    return tries


async def break_at_random(server: FakeOpenAI, rounds: int, seed: int) -> int:
    chance = random.Random(seed)
    for _ in range(rounds):
        name = chance.choice(list(DIALECTS))
        frames, _ = record(name, chance.choice(RECORDED))
        await play(server, name, spoil(frames, chance))
    return rounds


def spoil(frames: list[bytes], chance: random.Random) -> bytes:
    """Break a stream in its order, its JSON or its bytes."""
    frames = list(frames)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(frames))
        match chance.randrange(5):
            case 0:
                frames.insert(chance.randrange(len(frames)), frames[place])
            case 1 if len(frames) > 1:
                del frames[place]
            case 2:
                chance.shuffle(frames)
            case 3:
                frames[place] = spoil_bytes(frames[place], chance)
            case _:
                frames[place] = spoil_json(frames[place], chance)
    return b"".join(frames)


def spoil_bytes(frame: bytes, chance: random.Random) -> bytes:
    spoilt = bytearray(frame)
    for _ in range(chance.randint(1, 5)):
        spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
    return bytes(spoilt)


def spoil_json(frame: bytes, chance: random.Random) -> bytes:
    """Put an odd value somewhere into the frame's JSON."""
    head, mark, payload = frame.partition(b"data: ")
    try:
        value = json.loads(payload)
    except ValueError:
        return frame
    nodes: list[tuple[Any, Any]] = []
    collect(value, nodes)
    if nodes:
        holder, key = chance.choice(nodes)
        holder[key] = chance.choice(ODD_VALUES)
    return head + mark + json.dumps(value).encode() + b"\n\n"


def collect(value: Any, nodes: list[tuple[Any, Any]]) -> None:
    keys = (
        value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    )
    for key in keys:
        nodes.append((value, key))
        collect(value[key], nodes)


async def torture(rounds: int, seed: int) -> int:
    async with FakeOpenAI() as server:
        started = time.monotonic()
        cuts = await cut_everywhere(server)
        broken = await break_at_random(server, rounds, seed)
        seconds = time.monotonic() - started
        await asyncio.sleep(0.1)
        left = server.state()["streaming"]
    sys.stdout.write(f"{cuts} cuts, {broken} broken streams, {left} left open, {seconds:.0f} s\n")
    return 1 if left else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    try:
        return asyncio.run(torture(arguments.rounds, arguments.seed))
    except ViolationError as violation:
        sys.stdout.write(f"Violation with --seed {arguments.seed}: {violation}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
