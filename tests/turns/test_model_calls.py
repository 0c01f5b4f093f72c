"""What the model was shown, as staff read it afterwards."""

import json

import pytest
from asgiref.sync import sync_to_async

from chatapp.errors import ProviderError
from chatapp.llm.base import TextDelta, ToolCall
from chatapp.models import ModelCall
from chatapp.services.events import erase_event
from chatapp.services.turns import request_cancel
from chatapp.turns.model_calls import shown_to_model

pytestmark = pytest.mark.django_db(transaction=True)

TOOLS = {"read": {"type": "artifact_read"}}


async def calls_of(turn):
    calls = ModelCall.objects.filter(turn=turn).order_by("number")
    return [call async for call in calls.select_related("turn__session")]


async def test_every_request_lists_the_events_it_was_made_of(start_chat, llm):
    chat = await start_chat(tool_configurations=TOOLS)
    llm.will_answer([ToolCall("c1", "read", '{"artifact_id": "x"}')], [TextDelta("No.")])

    turn, _ = await chat.answered("Read it")

    calls = await calls_of(turn)
    assert [call.history for call in calls] == [[1], [1, 2, 3]]
    assert [call.outcome for call in calls] == ["tool_calls", "stop"]
    assert calls[0].tools[0]["name"] == "read"


async def test_shown_to_model_is_what_the_model_was_shown(start_chat, llm):
    chat = await start_chat(
        tool_configurations=TOOLS,
        steps={
            "main": {
                "instructions": [
                    {"type": "inline", "name": "m", "template": "You are $agent.name"}
                ],
                "reminders": [{"type": "templated", "template": "Cite.", "hooks": ["tool_output"]}],
            }
        },
    )
    llm.will_answer([ToolCall("c1", "read", '{"artifact_id": "x"}')], [TextDelta("No.")])
    turn, _ = await chat.answered("Read it")
    [_, call] = await calls_of(turn)

    shown = await sync_to_async(shown_to_model)(call)

    assert shown.system == "You are Support agent"
    assert [frame.seq for frame in shown.history] == [1, 2, 3]
    [user, model] = shown.messages
    assert user.parts == ["Read it"]
    assert model.outputs[0].text.endswith("Cite.")
    assert shown.lost == 0


async def test_an_event_erased_since_is_counted_as_lost(chat, llm, ada):
    llm.will_answer([TextDelta("Yes.")])
    turn, _ = await chat.answered("Hello")
    event = await chat.session.events.aget(seq=1)
    await sync_to_async(erase_event)(session=chat.session, key=event.key, actor=ada)
    [call] = await calls_of(turn)

    assert (await sync_to_async(shown_to_model)(call)).lost == 1


async def test_a_repaired_answer_shows_what_was_sent_back(start_chat, llm):
    schema = {"type": "object", "required": ["a"]}
    parser = {"type": "structured", "json_schema": {"name": "a", "schema": schema}}
    chat = await start_chat(steps={"main": {"output_parser": parser}})
    llm.will_answer([TextDelta("Oh.")], [TextDelta('{"a": 1}')])

    turn, _ = await chat.answered("Hello")

    [_, second] = await calls_of(turn)
    assert second.history[0] == 1
    assert second.history[1]["content"] == "Oh."
    assert second.output_schema["name"] == "a"
    shown = await sync_to_async(shown_to_model)(second)
    assert shown.history[1].content == "Oh."


@pytest.mark.parametrize("ending", ["failed", "cancelled"])
async def test_requests_of_turns_that_did_not_end_well_are_kept_too(chat, llm, ending):
    if ending == "failed":
        llm.will_answer([ProviderError("No.", reason="provider_auth")])
        turn, _ = await chat.answered("Hello")
    else:
        llm.will_answer([TextDelta("Once"), 30.0])
        turn = await chat.send()
        async with chat.watching() as watch:
            while not any(type(frame).__name__ == "DeltaFrame" for frame in watch.take()):
                await watch.wait(1)
        await sync_to_async(request_cancel)(session=chat.session, actor=chat.session.owner)
        await chat.over(turn)

    [call] = await calls_of(turn)
    assert call.outcome == ("provider_auth" if ending == "failed" else "cancelled")
    assert call.history == [1]


async def test_a_model_nobody_knows_is_served_by_the_default_and_that_is_said(start_chat, llm):
    chat = await start_chat(model={"name": "gpt-99"})

    turn, bodies = await chat.answered("Hello")

    assert turn.usage["model"] == "gpt-99"
    assert turn.usage["served_by"] == "builtin"
    assert turn.model_name == "builtin"
    assert bodies[-1].served_by == "builtin"


async def test_an_answer_of_the_model_that_was_asked_for_says_nothing_of_it(chat, llm):
    llm.will_answer([TextDelta("Hello.")])

    turn, bodies = await chat.answered("Hello")

    assert "model" not in turn.usage
    assert bodies[-1].served_by == ""


async def test_no_secret_is_in_any_event_or_record(start_chat, llm):
    chat = await start_chat(
        tool_configurations={
            "fetch": {
                "type": "web_get",
                "argument_override": {
                    "url": "http://127.0.0.1:1/",
                    "headers.Authorization": {"$ref": "agent.secrets.TOKEN"},
                },
            }
        },
        secrets_of_agent={"TOKEN": "canary-4711-secret"},
    )
    llm.will_answer(
        [ToolCall("c1", "fetch", '{"headers": {"Authorization": "mine", "Accept": "*/*"}}')],
        [TextDelta("No.")],
    )

    turn, bodies = await chat.answered("Fetch it")

    assert bodies[1].tool_input["headers"] == {"Authorization": "••••", "Accept": "*/*"}
    assert bodies[2].tool_output["code"] == "blocked_address"
    kept = json.dumps([body.model_dump(mode="json") for body in bodies])
    for call in await calls_of(turn):
        kept += json.dumps([call.tools, call.history, call.instructions])
    assert "canary-4711" not in kept
    assert "canary-4711" not in repr(llm.requests)
