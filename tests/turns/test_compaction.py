"""Compaction, steering and the context's limit, in turns with a scripted model."""

import asyncio

import pytest
from asgiref.sync import sync_to_async

from chatapp.errors import InvalidInput, ProviderError
from chatapp.events.frames import NoticeFrame
from chatapp.llm.base import TextDelta, ToolCall, Usage
from chatapp.models import Llm, ModelCall
from chatapp.services.compactions import check_compactable
from chatapp.services.forks import fork_session
from chatapp.services.inputs import submit_compaction
from chatapp.turns.compaction import REQUEST, STEP_NAME
from tests.turns.conftest import until

pytestmark = pytest.mark.django_db(transaction=True)


async def talked(chat, llm, *texts):
    """A session with so many answered messages."""
    for text in texts:
        llm.will_answer([TextDelta(f"Answer to {text}.")])
        await chat.answered(text)


async def compact(chat, **request):
    submission = await sync_to_async(submit_compaction)(
        session=chat.session, author=chat.session.owner, request={"type": "compact", **request}
    )
    await chat.over(submission.turn)
    return submission.turn


async def visible(chat):
    return [event.value async for event in chat.session.events.visible().order_by("seq")]


async def test_a_compaction_hides_what_it_sums_up(start_chat, llm):
    chat = await start_chat(compaction={"keep_recent_inputs": 1})
    await talked(chat, llm, "One", "Two", "Three")
    llm.will_answer([TextDelta("They spoke of one and two.")])

    async with chat.watching() as watch:
        turn = await compact(chat)
        notices = [frame.what for frame in watch.take() if isinstance(frame, NoticeFrame)]

    bodies = await visible(chat)
    assert turn.status == "completed"
    assert [body.type for body in bodies] == ["input_message", "agent_output", "compaction"]
    assert (bodies[2].turns_compacted, bodies[2].events_compacted) == (2, 4)
    assert bodies[2].summary_text == "They spoke of one and two."
    assert "compaction_started" in notices
    assert await chat.session.events.acount() == 7


async def test_the_model_goes_on_from_the_summary(start_chat, llm):
    chat = await start_chat(compaction={"keep_recent_inputs": 1})
    await talked(chat, llm, "One", "Two")
    llm.will_answer([TextDelta("Of one.")])
    await compact(chat)

    llm.will_answer([TextDelta("Yes.")])
    await chat.answered("Three")

    assert [body.type for body in llm.requests[-1].history] == [
        *("input_message", "agent_output", "compaction", "input_message")
    ]


async def test_an_anchor_is_taken_along_whatever_is_to_be_kept(start_chat, llm):
    chat = await start_chat(compaction={"keep_recent_inputs": 9})
    await talked(chat, llm, "One", "Two")
    anchor = await chat.session.events.aget(seq=2)
    llm.will_answer([TextDelta("Of one.")])

    await compact(chat, compact_up_to_event_id=anchor.key, compaction_message="Keep names.")

    assert [body.type for body in await visible(chat)] == [
        *("input_message", "agent_output", "compaction")
    ]
    assert llm.requests[-1].instructions.endswith("Keep names.")
    assert llm.requests[-1].history[-1].text == REQUEST


async def test_nothing_to_compact_is_said_before_a_turn_is_queued(start_chat, llm):
    chat = await start_chat(compaction={"keep_recent_inputs": 1})
    await talked(chat, llm, "One")

    with pytest.raises(InvalidInput):
        await sync_to_async(check_compactable)(session=chat.session)
    turn = await compact(chat)

    assert (turn.status, turn.reason) == ("failed", "nothing_to_compact")


async def test_a_full_context_is_compacted_before_the_answer(start_chat, llm):
    chat = await start_chat(compaction={"keep_recent_inputs": 1, "threshold_percent": 50})
    await Llm.objects.filter(name="scripted").aupdate(context_window=1000)
    llm.will_answer([TextDelta("First."), Usage(900, 10)])
    await chat.answered("One")
    llm.will_answer([TextDelta("Of one.")], [TextDelta("Second.")])

    await chat.answered("Two")

    assert [body.type for body in await visible(chat)] == [
        *("input_message", "compaction", "agent_output")
    ]
    assert [body.type for body in llm.requests[-1].history] == ["input_message", "compaction"]
    calls = [call.step_name async for call in ModelCall.objects.order_by("pk")]
    assert calls == ["main", STEP_NAME, "main"]


async def test_compaction_can_be_switched_off(start_chat, llm):
    chat = await start_chat(compaction={"enabled": False, "keep_recent_inputs": 0})
    await Llm.objects.filter(name="scripted").aupdate(context_window=1000)
    llm.will_answer([TextDelta("First."), Usage(990, 1)], [TextDelta("Second.")])

    await chat.answered("One")
    await chat.answered("Two")

    assert "compaction" not in await chat.types()


async def test_a_summary_that_cannot_be_had_does_not_stop_the_answer(start_chat, llm):
    chat = await start_chat(compaction={"keep_recent_inputs": 1})
    await Llm.objects.filter(name="scripted").aupdate(context_window=1000)
    llm.will_answer([TextDelta("First."), Usage(990, 1)])
    await chat.answered("One")
    llm.will_answer([ProviderError("No.", reason="provider_rejected")], [TextDelta("Second.")])

    turn, bodies = await chat.answered("Two")

    assert turn.status == "completed"
    assert bodies[-1].content == "Second."


async def test_a_long_past_is_summed_up_piece_by_piece(start_chat, llm):
    chat = await start_chat(compaction={"keep_recent_inputs": 1, "enabled": False})
    await talked(chat, llm, *("word " * 200 for _ in range(4)))
    await Llm.objects.filter(name="scripted").aupdate(context_window=1000)
    llm.will_answer(*[lambda request: [TextDelta(f"Sum of {len(request.history)}.")]] * 4)

    await compact(chat)

    requests = [request for request in llm.requests if request.instructions]
    assert len(requests) > 1
    assert requests[1].history[0].type == "compaction"


async def test_tools_come_into_a_summary_as_the_policy_says(start_chat, llm):
    policy = {"keep_recent_inputs": 0, "tool_event_policy": "include_outputs"}
    chat = await start_chat(
        compaction=policy, tool_configurations={"read": {"type": "artifact_read"}}
    )
    llm.will_answer([ToolCall("c1", "read", '{"artifact_id": "x"}')], [TextDelta("No file.")])
    await chat.answered()
    llm.will_answer([TextDelta("There was no file.")])

    await compact(chat)

    told = [body.type for body in llm.requests[-1].history]
    assert told == ["input_message", "agent_output", "agent_output", "input_message"]
    assert "read answered" in llm.requests[-1].history[1].content
    assert [body.type for body in await visible(chat)] == ["compaction"]


async def test_what_the_model_cannot_take_is_not_sent(start_chat, llm):
    chat = await start_chat(compaction={"enabled": False})
    await Llm.objects.filter(name="scripted").aupdate(context_window=100)

    turn, bodies = await chat.answered("word " * 500)

    assert (turn.status, turn.reason) == ("failed", "context_limit_exceeded")
    assert bodies[-1].type == "context_limit_exceeded"
    assert bodies[-1].context_limit == 100
    assert bodies[-1].actual_tokens > 500
    assert llm.requests == []


async def test_a_steering_message_joins_the_running_turn(start_chat, llm):
    chat = await start_chat(tool_configurations={"read": {"type": "artifact_read"}})
    gate = asyncio.Event()
    llm.will_answer(
        [gate, ToolCall("c1", "read", '{"artifact_id": "x"}')], [TextDelta("In French, then.")]
    )
    turn = await chat.send("Hello")
    await until(lambda: llm.requests)

    steering = await chat.send("In French, please", steers=True)
    gate.set()
    await chat.over(turn)
    await chat.over(steering)

    assert await chat.types() == [
        *("input_message", "tool_input", "tool_output", "input_message", "agent_output")
    ]
    assert llm.requests[1].history[-1].text == "In French, please"
    assert (steering.status, steering.reason) == ("completed", "steered")


async def test_a_follow_up_waits_for_the_turn_s_end(chat, llm):
    gate = asyncio.Event()
    llm.will_answer([gate, TextDelta("One.")], [TextDelta("Two.")])
    turn = await chat.send("First")
    await until(lambda: llm.requests)

    follow_up = await chat.send("Second")
    gate.set()
    await chat.over(turn)
    await chat.over(follow_up)

    assert await chat.types() == ["input_message", "agent_output"] * 2


async def test_a_steering_message_that_comes_too_late_is_answered_next(chat, llm):
    gate = asyncio.Event()
    llm.will_answer([gate, TextDelta("One.")], [TextDelta("Two.")])
    turn = await chat.send("First")
    await until(lambda: llm.requests)

    late = await chat.send("Second", steers=True)
    gate.set()
    await chat.over(turn)
    await chat.over(late)

    assert await chat.types() == ["input_message", "agent_output"] * 2


async def test_a_compacted_fork_goes_on(start_chat, llm):
    chat = await start_chat()
    await talked(chat, llm, "One", "Two")
    anchor = await chat.session.events.aget(seq=2)
    chat.session = await sync_to_async(
        lambda: fork_session(
            source=chat.session,
            agent=chat.session.agent,
            owner=chat.session.owner,
            compact_up_to_event_id=anchor.key,
        )
    )()

    llm.will_answer([TextDelta("Go on.")])
    turn, bodies = await chat.answered("Three")

    assert turn.status == "completed"
    assert [body.type for body in bodies] == [
        *("compaction", "input_message", "agent_output", "input_message", "agent_output")
    ]
