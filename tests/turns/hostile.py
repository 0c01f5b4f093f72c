"""Ways in which a model's server can be hostile, and how a turn that meets each must end.

The tests take each once, the long tier a thousand by chance.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from chatapp.tools.base import Tool, ToolArguments
from tests.fake_openai import Call, Reply

TEXT = "Grüße, 世界: tea is a matter of patience. 🍵"
HELLO = Reply(text=TEXT)
ANSWER = Reply(text="So that is that.")
QUICK = {"first_token_timeout": 2.0, "idle_timeout": 1.0, "connect_timeout": 2.0}
RETRIES = {"max_retries": 2, "initial_backoff_ms": 1, "max_backoff_ms": 5}
TOOLS = {
    "read": {"type": "artifact_read"},
    "hang": {"type": "tests_hang"},
    "huge": {"type": "tests_huge"},
}
TRIES = RETRIES["max_retries"] + 1


class Hang(Tool[ToolArguments], name="tests_hang"):
    """Never answers."""

    timeout = 0.3

    async def call(self, arguments, context):
        await asyncio.Event().wait()


class Huge(Tool[ToolArguments], name="tests_huge"):
    """Answers with more than anybody wants to read."""

    async def call(self, arguments, context):
        return {"rows": ["line " * 20] * 20_000}


@dataclass(frozen=True)
class Case:
    """`ends` are the ways a turn may end: a status, or `failed:reason`."""

    replies: Callable[[Random], Sequence[Reply]]
    ends: tuple[str, ...]
    asked: int | None = None


def always(reply: Reply, *ends: str, asked: int | None = None, times: int = TRIES) -> Case:
    return Case(lambda _: [reply] * times, ends, asked)


def then_well(*replies: Reply) -> Case:
    return Case(lambda _: [*replies, ANSWER], ("completed",), len(replies) + 1)


def cut_anywhere(random: Random) -> Sequence[Reply]:
    thought = Reply(text=TEXT, thinking="Hm.", fault="cut", at=random.randint(1, 900))
    return [thought] * TRIES


def calls_cut_anywhere(random: Random) -> Sequence[Reply]:
    call = Call("read", '{"artifact_id": "art_1"}')
    return [Reply(tools=(call,), fault="cut", at=random.randint(1, 700))] * TRIES


BUSY = ("failed:provider_busy",)
BROKEN = ("failed:incomplete", "failed:provider_unreachable", "failed:provider_protocol")
TOOL_LOOP = Reply(tools=(Call("read", '{"artifact_id": "art_1"}'),))

CASES: dict[str, Case] = {
    # F-15: refused
    "429": always(Reply(status=429), *BUSY, asked=TRIES),
    "429, then well": then_well(Reply(status=429, retry_after="0"), Reply(status=429)),
    "500": always(Reply(status=500), "failed:provider_error", asked=TRIES),
    "502, then well": then_well(Reply(status=502)),
    "503": always(Reply(status=503), *BUSY, asked=TRIES),
    "529": always(Reply(status=529), *BUSY, asked=TRIES),
    "401": always(Reply(status=401), "failed:provider_auth", asked=1),
    "400": always(Reply(status=400), "failed:provider_rejected", asked=1),
    # F-16: not reached
    "refuse": always(Reply(fault="refuse"), "failed:provider_unreachable", asked=TRIES),
    "refuse, then well": then_well(Reply(fault="refuse")),
    "not_sse": always(Reply(fault="not_sse"), "failed:provider_protocol", "failed:provider_error"),
    # F-17: cut
    "cut": Case(cut_anywhere, ("completed", *BROKEN)),
    "a call cut": Case(calls_cut_anywhere, ("completed", *BROKEN)),
    "close": always(Reply(text=TEXT, fault="close", after=3), *BROKEN, asked=1),
    "reset": always(Reply(text=TEXT, fault="reset", after=3), *BROKEN, asked=1),
    "reset at once, then well": then_well(Reply(text=TEXT, fault="reset", after=0)),
    # F-18: garbage
    "garbage": always(Reply(fault="garbage"), *BROKEN),
    "long_line": always(Reply(text=TEXT, fault="long_line"), *BROKEN),
    **{
        fault: Case(lambda _, fault=fault: [Reply(text=TEXT, fault=fault)], ("completed",), 1)
        for fault in (
            *("bom", "crlf", "no_space", "split", "bad_json", "unknown_events", "wrong_types"),
            *("empty_choices", "two_finishes", "text_after_finish"),
        )
    },
    "an error in the stream": always(
        Reply(text=TEXT, fault="error", after=0), "failed:provider_error", *BUSY
    ),
    "nothing at all": always(Reply(), "failed:empty_answer"),
    # F-19: without end
    "hang": always(Reply(fault="hang"), "failed:provider_timeout", asked=TRIES),
    "silence": always(Reply(fault="silence"), "failed:provider_timeout", asked=TRIES),
    "stall": always(Reply(text=TEXT, fault="stall", after=3), "failed:provider_timeout", asked=1),
    "endless": always(Reply(fault="endless"), "completed", asked=1),
    # F-20: calls that make no sense
    "broken arguments": always(
        Reply(tools=(Call("read", '{"artifact_id": '),)), "failed:tool_protocol", asked=3
    ),
    "an unknown tool": always(Reply(tools=(Call("rm"),)), "failed:tool_protocol", asked=3),
    "arguments of wrong types": always(
        Reply(tools=(Call("read", '{"artifact_id": 7, "x": []}'),)),
        "failed:tool_protocol",
        asked=3,
    ),
    "a bad call, then well": then_well(Reply(tools=(Call("rm"), Call("read", "[]")))),
    "ids twice": then_well(
        Reply(tools=(Call("read", '{"artifact_id": "a"}', "1"), Call("hang", "{}", "1")))
    ),
    "a thousand calls": always(
        Reply(tools=(Call("read", '{"artifact_id": "a"}'),) * 1000), "failed:tool_protocol", asked=1
    ),
    "text and calls": then_well(
        Reply(text="Let me see.", tools=(Call("read", '{"artifact_id": "a"}'),))
    ),
    # F-21: tools
    "a loop": always(TOOL_LOOP, "failed:step_limit", asked=5, times=9),
    "a tool that hangs": then_well(Reply(tools=(Call("hang"), Call("hang")))),
    "a tool that says too much": then_well(Reply(tools=(Call("huge"),))),
}
