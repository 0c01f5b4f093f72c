"""Both providers before a server that misbehaves: never a false answer, never a strange error."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing

import pytest

from chatapp.errors import ContextLimitExceeded, ProviderError
from chatapp.llm.base import Provider, TextDelta
from tests.fake_openai import Call, Reply
from tests.llm.asking import answer, broken_answer, calls, finishes, request, text
from tests.torture.providers import break_at_random, cut_everywhere

HARMLESS = (
    "bom",
    "crlf",
    "no_space",
    "split",
    "bad_json",
    "unknown_events",
    "wrong_types",
    "empty_choices",
    "two_finishes",
    "text_after_finish",
)


def patient(provider: Provider, **options: float) -> Provider:
    return type(provider)(base_url=provider.base_url, api_key="k", options=options)


async def reason(provider: Provider) -> str:
    _, error = await broken_answer(provider)
    return error.reason if error else ""


@pytest.mark.parametrize("fault", HARMLESS)
async def test_an_odd_stream_is_understood_all_the_same(server, provider, fault):
    server.script(Reply(text="Tea für dich.", tools=(Call("clock"),), fault=fault))

    chunks = await answer(provider)

    assert text(chunks) == "Tea für dich."
    assert [call.name for call in calls(chunks)] == ["clock"]
    assert finishes(chunks) == ["tool_calls"]


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Reply(status=429), "provider_busy"),
        (Reply(status=529), "provider_busy"),
        (Reply(status=500), "provider_error"),
        (Reply(status=502), "provider_error"),
        (Reply(status=401), "provider_auth"),
        (Reply(status=400), "provider_rejected"),
        (Reply(status=302), "provider_protocol"),
        (Reply(fault="refuse"), "provider_unreachable"),
        (Reply(fault="not_sse"), "provider_protocol"),
        (Reply(fault="garbage"), "provider_protocol"),
        (Reply(text="Tea is ready", fault="long_line"), "provider_protocol"),
        (Reply(text="Tea is ready", fault="close", after=0), "incomplete"),
        (Reply(text="Tea is ready", fault="close", after=3), "incomplete"),
        (Reply(text="Tea is ready", fault="reset", after=3), "incomplete"),
        (Reply(text="Tea is ready", fault="error", after=3), "provider_error"),
        (Reply(tools=(Call("clock", "{}"),), fault="close", after=3), "incomplete"),
    ],
)
async def test_a_failure_has_its_reason_and_words_for_people(server, provider, reply, expected):
    server.script(reply)

    chunks, error = await broken_answer(provider)

    assert isinstance(error, ProviderError)
    assert error.reason == expected
    assert error.message[0].isupper()
    assert not finishes(chunks)
    assert not calls(chunks)


async def test_the_servers_wish_to_wait_is_passed_on(server, provider):
    server.script(Reply(status=429, retry_after="7"))

    _, error = await broken_answer(provider)

    assert isinstance(error, ProviderError)
    assert error.retry_after == 7


async def test_a_conversation_too_long_has_an_error_of_its_own(server, provider):
    words = "prompt is too long: 9001 tokens > 8192 maximum"
    server.script(Reply(status=400, error={"message": words}))

    _, error = await broken_answer(provider)

    assert isinstance(error, ContextLimitExceeded)
    assert (error.context_limit, error.actual_tokens) == (8192, 9001)


async def test_an_error_frame_tells_busy_from_broken(server, provider):
    overloaded = {"type": "overloaded_error", "message": "Too many people."}
    server.script(Reply(text="Tea is", fault="error", after=1, error=overloaded))

    assert await reason(provider) == "provider_busy"


@pytest.mark.parametrize("fault", ["hang", "silence"])
async def test_a_server_that_says_nothing_is_given_up(server, provider, fault):
    server.script(Reply(text="Tea", fault=fault))

    assert await reason(patient(provider, first_token_timeout=0.2)) == "provider_timeout"


async def test_a_server_that_only_keeps_the_line_warm_is_given_up(server, openai):
    server.script(Reply(text="Tea", fault="empty_choices", rate=10))

    assert await reason(patient(openai, first_token_timeout=0.05)) == "provider_timeout"


async def test_a_stream_that_stalls_is_given_up(server, provider):
    server.script(Reply(tokens=20, fault="stall", after=5))

    chunks, error = await broken_answer(patient(provider, idle_timeout=0.2))

    assert text(chunks).startswith("The")
    assert error is not None
    assert error.reason == "provider_timeout"


async def test_a_slow_stream_is_waited_for(server, provider):
    server.script(Reply(text="Tea is", rate=20))

    chunks = await answer(patient(provider, idle_timeout=0.4, first_token_timeout=5))

    assert text(chunks) == "Tea is"


async def test_a_reader_that_takes_its_time_is_not_the_servers_fault(server, provider):
    server.script(Reply(text="Tea is ready", rate=200))
    chunks = []
    async for chunk in patient(provider, idle_timeout=0.2).stream(request()):
        chunks.append(chunk)
        await asyncio.sleep(0.15)

    assert finishes(chunks) == ["stop"]


async def test_a_stream_without_end_is_cut_at_the_limit(server, provider):
    server.script(Reply(text="Tea", fault="endless"))

    chunks = await answer(patient(provider, max_output_chars=1000))

    assert len(text(chunks)) > 900
    assert finishes(chunks) == ["length"]


async def test_a_complete_answer_needs_no_end_of_the_stream(server, provider):
    server.script(Reply(text="Tea", fault="stall", after=100))

    assert finishes(await answer(provider)) == ["stop"]


async def test_a_thousand_parallel_calls_arrive_each_with_its_own_id(server, provider):
    server.script(Reply(tools=(Call("clock", id="same"),) * 1000))

    made = calls(await answer(provider))

    assert len({call.id for call in made}) == 1000


async def test_arguments_that_are_no_json_are_passed_on_as_they_are(server, provider):
    server.script(Reply(tools=(Call("search", '{"query": "te'), Call("no_such_tool"))))

    made = calls(await answer(provider))

    assert made[0].arguments == '{"query": "te'
    assert made[1].name == "no_such_tool"


async def test_nobody_at_the_address_is_told_as_unreachable(provider):
    for url in ("http://127.0.0.1:9/v1", "http://no-such-host.invalid/v1"):
        provider.base_url = url
        assert await reason(provider) == "provider_unreachable"


async def test_speaking_tls_to_a_server_without_is_told_as_unreachable(server, provider):
    provider.base_url = server.url.replace("http:", "https:")

    assert await reason(provider) == "provider_unreachable"


@pytest.mark.parametrize("url", ["nonsense", "ftp://127.0.0.1/v1", "http://", "http://[::1/v1"])
async def test_an_address_that_is_none_is_told_as_misconfigured(provider, url):
    provider.base_url = url

    assert await reason(provider) == "provider_misconfigured"


async def test_nonsense_in_the_options_or_the_key_is_told_as_misconfigured(server, provider):
    assert await reason(patient(provider, idle_timeout=-1)) == "provider_misconfigured"
    provider.api_key = "two\r\nlines"
    assert await reason(provider) == "provider_misconfigured"


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - the server has no event for it
            await asyncio.sleep(0.005)


async def test_whoever_is_cancelled_hangs_up_at_once(server, provider):
    server.script(Reply(text="Tea", fault="stall", after=5))
    task = asyncio.create_task(answer(provider))
    await until(lambda: server.streaming == 1)

    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    await until(lambda: server.streaming == 0)


async def test_whoever_leaves_early_hangs_up_at_once(server, provider):
    server.script(Reply(fault="endless"))

    async with aclosing(provider.stream(request())) as chunks:
        assert await anext(chunks) == TextDelta(" again")

    await until(lambda: server.streaming == 0)
    assert server.broken_off == 1


async def test_a_stream_cut_at_any_byte_is_never_a_finished_answer(server):
    await cut_everywhere(server, step=41)


async def test_a_stream_broken_in_any_way_ends_in_an_answer_or_an_error_of_ours(server):
    await break_at_random(server, rounds=100, seed=7)


async def test_the_key_is_not_quoted_in_what_staff_reads(server, provider):
    words = f"Incorrect API key provided: {provider.api_key}."
    server.script(Reply(status=401, error={"message": words}))

    _, error = await broken_answer(provider)

    assert error is not None
    assert error.detail == "401: Incorrect API key provided: [key]."
