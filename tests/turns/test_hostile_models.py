"""Whatever the model's server does, a turn ends in one clear state, and the next one can begin."""

from random import Random

import pytest
from asgiref.sync import sync_to_async

from chatapp.models import Llm, Session
from tests.fake_openai import FakeOpenAI
from tests.turns.hostile import ANSWER, CASES, QUICK, RETRIES, TOOLS

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
async def model():
    async with FakeOpenAI() as server:
        yield server


@pytest.fixture
async def hostile_chat(start_chat, model, settings):
    settings.TURN_MAX_REQUESTS = 5
    await sync_to_async(Llm.objects.create)(
        name="hostile",
        provider="openai",
        base_url=model.url,
        options={**QUICK, "max_output_chars": 200_000},
    )
    return await start_chat(
        model={"name": "hostile", "retry_configuration": RETRIES}, tool_configurations=TOOLS
    )


@pytest.mark.parametrize("name", CASES)
async def test_the_turn_ends_as_it_should(hostile_chat, model, name):
    case = CASES[name]
    model.script(*case.replies(Random(name)))

    turn, bodies = await hostile_chat.answered()

    end = turn.status if turn.status == "completed" else f"{turn.status}:{turn.reason}"
    assert end in case.ends, bodies[-1]
    assert case.asked in (None, len(model.requests))
    answer = "agent_output" if turn.status == "completed" else "turn_failed"
    assert bodies[-1].type == answer
    assert [body.type for body in bodies].count("tool_input") == (
        [body.type for body in bodies].count("tool_output")
    )
    session = await Session.objects.aget(pk=hostile_chat.session.pk)
    assert session.state == ("idle" if turn.status == "completed" else "failed")


async def test_the_session_goes_on_after_the_worst(hostile_chat, model):
    for name in ("stall", "a thousand calls", "garbage"):
        model.reset()
        model.script(*CASES[name].replies(Random(1)))
        await hostile_chat.answered()
    model.reset()
    model.script(ANSWER)

    turn, bodies = await hostile_chat.answered()

    assert turn.status == "completed"
    assert bodies[-1].content == ANSWER.text


async def test_what_was_seen_of_a_broken_answer_is_kept_and_marked(hostile_chat, model):
    model.script(*CASES["close"].replies(Random(1)))

    _, bodies = await hostile_chat.answered()

    assert bodies[-1].partial


async def test_the_wall_clock_ends_everything(hostile_chat, model, settings):
    settings.TURN_WALL_SECONDS = 1
    model.script(*CASES["a tool that hangs"].replies(Random(1))[:1] * 9)

    turn, _ = await hostile_chat.answered()

    assert (turn.status, turn.reason) in (("failed", "time_limit"), ("failed", "step_limit"))
