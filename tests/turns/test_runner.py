"""Turns from the message to the answer, with a scripted model, a real runner and a database."""

import asyncio
from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from chatapp.errors import ProviderError
from chatapp.events.bodies import ToolInput
from chatapp.events.frames import DeltaFrame, EventFrame, TurnFrame
from chatapp.llm.base import TextDelta, ThinkingDelta, ToolCall
from chatapp.models import ModelCall, Turn
from chatapp.services.events import Fence, append_events
from chatapp.services.sessions import delete_session
from chatapp.services.turns import claim_turn, request_cancel
from tests.turns.conftest import until

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_message_is_answered(chat, llm):
    llm.will_answer([TextDelta("Hel"), TextDelta("lo.")])

    turn, bodies = await chat.answered("Hi")

    assert turn.status == "completed"
    assert [body.type for body in bodies] == ["input_message", "agent_output"]
    assert bodies[-1].content == "Hello."


async def test_thinking_and_tools_are_events_in_their_order(chat, llm):
    llm.will_answer(
        [ThinkingDelta("Let me see."), ToolCall("c1", "nothing", "{}")],
        [TextDelta("Done.")],
    )

    _, bodies = await chat.answered()

    assert [body.type for body in bodies] == [
        *("input_message", "thinking", "tool_input", "tool_output", "agent_output"),
    ]
    assert bodies[3].error
    assert bodies[3].tool_output["code"] == "unknown_tool"


async def test_watchers_see_deltas_in_order_then_the_event(chat, llm):
    llm.will_answer([TextDelta("a "), 0.06, TextDelta("b "), 0.06, TextDelta("c")])

    async with chat.watching() as watch:
        await chat.answered()
        frames = await _until_idle(watch)

    deltas = [frame for frame in frames if isinstance(frame, DeltaFrame)]
    assert "".join(delta.text for delta in deltas) == "a b c"
    assert [delta.offset for delta in deltas] == [0, 2, 4]
    assert [frame.seq for frame in frames if isinstance(frame, EventFrame)] == [1, 2]
    assert [frame.state for frame in frames if isinstance(frame, TurnFrame)][-1] == "idle"


async def test_a_failing_model_becomes_an_event_people_understand(chat, llm):
    llm.will_answer([TextDelta("So "), ProviderError("The model broke off.", reason="incomplete")])

    turn, bodies = await chat.answered()

    assert (turn.status, turn.reason) == ("failed", "incomplete")
    assert bodies[-1].message == "The model broke off."
    assert bodies[-1].partial == "So "


async def test_a_bug_ends_the_turn_and_not_the_runner(chat, llm):
    llm.will_answer([ZeroDivisionError()], [TextDelta("Fine.")])

    turn, _ = await chat.answered()
    assert (turn.status, turn.reason) == ("failed", "internal")

    turn, bodies = await chat.answered("Again")
    assert bodies[-1].content == "Fine."


async def test_stopping_keeps_what_was_said(chat, llm):
    llm.will_answer([TextDelta("Once upon"), 30.0, TextDelta(" a time")])
    turn = await chat.send()
    await _until_running(turn)
    await asyncio.sleep(0.1)

    await sync_to_async(request_cancel)(session=chat.session, actor=chat.session.owner)
    await chat.over(turn)

    bodies = await chat.bodies()
    assert turn.status == "cancelled"
    assert [body.type for body in bodies[1:]] == ["agent_output", "session_interrupted"]
    assert bodies[1].content == "Once upon"


async def test_queued_messages_are_answered_one_after_the_other(chat, llm):
    llm.will_answer([0.1, TextDelta("1")], [TextDelta("2")], [TextDelta("3")])

    turns = [await chat.send(text) for text in ("One", "Two", "Three")]
    await chat.over(turns[-1])

    assert await chat.types() == ["input_message", "agent_output"] * 3


async def test_deleting_a_session_stops_its_turn(chat, llm):
    llm.will_answer([TextDelta("Once"), 30.0])
    turn = await chat.send()
    await _until_running(turn)

    await sync_to_async(delete_session)(session=chat.session)
    await until(lambda: not chat.host.runner.running)

    await turn.arefresh_from_db()
    assert turn.status == "cancelled"
    assert await chat.types() == ["input_message"]


async def test_endless_tool_calls_end_at_the_step_limit(chat, llm, settings):
    settings.TURN_MAX_REQUESTS = 3
    llm.will_answer(*[[ToolCall(f"c{n}", "nothing", "{}")] for n in range(9)])

    turn, bodies = await chat.answered()

    assert turn.reason in {"step_limit", "tool_protocol"}
    assert bodies[-1].type == "turn_failed"


async def test_a_turn_of_a_dead_runner_is_taken_up_again(chat, llm):
    await _stranded(chat, [])
    llm.will_answer([TextDelta("Here I am.")])
    turn = await chat.turn()

    await chat.host.runner._sweep()
    await chat.over(turn)

    assert (turn.status, turn.attempt) == ("completed", 2)
    assert await chat.types() == ["input_message", "agent_output"]


async def test_a_turn_whose_tool_may_have_done_its_work_is_not_repeated(chat, llm):
    call = ToolInput(
        tool_call_id="c1", tool_configuration_name="mail", tool_name="mail", tool_input={}
    )
    await _stranded(chat, [call])
    turn = await chat.turn()

    await chat.host.runner._sweep()
    await chat.over(turn)

    assert (turn.status, turn.reason) == ("failed", "interrupted")
    assert await chat.types() == ["input_message", "tool_input", "turn_failed"]


async def test_staff_can_read_what_the_model_was_shown(chat, llm):
    llm.will_answer([TextDelta("Hello.")])

    turn, _ = await chat.answered()

    call = await ModelCall.objects.aget(turn=turn)
    assert call.history == [1]
    assert call.outcome == "stop"


async def test_draining_hands_a_turn_back_at_once(chat, llm):
    llm.will_answer([TextDelta("Once"), 30.0])
    turn = await chat.send()
    await _until_running(turn)

    await chat.host.runner.drain(seconds=0)

    await turn.arefresh_from_db()
    assert turn.status == "running"
    assert turn.lease_until < timezone.now()


async def _until_idle(watch):
    """All frames up to the one that says the turn is over; it comes after the commit."""
    frames = []
    async with asyncio.timeout(10):
        while not any(isinstance(f, TurnFrame) and f.state == "idle" for f in frames):
            await watch.wait()
            frames += watch.take()
    return frames


async def _until_running(turn):
    async with asyncio.timeout(10):
        while turn.status != "running":
            await asyncio.sleep(0.01)
            await turn.arefresh_from_db()


async def _stranded(chat, bodies):
    """A turn as a runner leaves it that was killed after it had stored `bodies`."""
    chat.host.runner._draining = True
    turn = await chat.send()
    await sync_to_async(claim_turn)(turn_id=turn.pk, runner="dead")
    if bodies:
        fence = Fence(turn.pk, 1)
        await sync_to_async(append_events)(session=chat.session, bodies=bodies, fence=fence)
    await Turn.objects.aupdate(lease_until=timezone.now() - timedelta(seconds=1))
    chat.host.runner._draining = False


async def test_the_heartbeat_renews_the_lease_and_keeps_the_text_so_far(chat, llm):
    llm.will_answer([TextDelta("Once upon a time"), 30.0])
    turn = await chat.send()
    await _until_running(turn)
    await asyncio.sleep(0.1)
    await Turn.objects.aupdate(lease_until=timezone.now())

    await chat.host.runner._renew()

    await turn.arefresh_from_db()
    assert turn.lease_until > timezone.now()
    assert turn.draft["text"] == "Once upon a time"
