"""A parent and its sub-agents, in turns with a scripted model."""

import asyncio
import json

import pytest
from asgiref.sync import sync_to_async

from chatapp.llm.base import TextDelta, ToolCall
from chatapp.models import Session
from chatapp.services.turns import request_cancel
from tests.factories import make_agent, make_artifact, make_session, make_user
from tests.turns.conftest import until

pytestmark = pytest.mark.django_db(transaction=True)


def asks(name, mode="llm_controlled", **more):
    return {
        "type": "sub_agent",
        "sub_agent_configuration": {"agent_key": name, "session_mode": mode, **more},
    }


def call(id, tool, **arguments):
    return ToolCall(id, tool, json.dumps(arguments))


@pytest.fixture
async def helper(db):
    return await sync_to_async(make_agent)(
        key="helper",
        name="Helper",
        description="Helps.",
        steps={"main": {"instructions": [{"type": "inline", "name": "m", "template": "Helper"}]}},
        tool_configurations={"write": {"type": "artifact_create"}},
    )


async def test_the_answer_of_a_sub_agent_is_the_tool_s_output(start_chat, helper, llm):
    chat = await start_chat(tool_configurations={"helper": asks("helper")})
    llm.will_answer(
        [call("c1", "helper", message="What is 2 + 2?")], [TextDelta("4")], [TextDelta("Four.")]
    )

    await chat.answered()

    [output] = await chat.outputs()
    child = await Session.objects.aget(key=output["session_key"])
    assert output["sub_agent_response"] == "4"
    assert (child.parent_id, child.owner_id) == (chat.session.pk, chat.session.owner_id)
    assert llm.requests[0].tools[0].description == "Ask the agent “Helper”. Helps."
    assert llm.requests[1].history[0].text == "What is 2 + 2?"


async def test_a_child_is_gone_on_with_by_its_key(start_chat, helper, llm):
    chat = await start_chat(tool_configurations={"helper": asks("helper")})
    llm.will_answer([call("c1", "helper", message="One")], [TextDelta("1")], [TextDelta("Done.")])
    await chat.answered()
    key = (await chat.outputs())[0]["session_key"]

    llm.will_answer(
        [call("c2", "helper", message="Two", session_key=key)],
        [TextDelta("2")],
        [TextDelta("Done.")],
    )
    await chat.answered()

    assert [output["session_key"] for output in await chat.outputs()] == [key, key]
    assert [body.text for body in llm.requests[4].history if body.type == "input_message"] == [
        *("One", "Two")
    ]


async def test_a_session_that_the_parent_did_not_start_is_refused(start_chat, helper, llm):
    chat = await start_chat(tool_configurations={"helper": asks("helper")})
    foreign = await sync_to_async(make_session)(owner=chat.session.owner, agent=helper)
    llm.will_answer(
        [call("c1", "helper", message="Tell", session_key=foreign.key)], [TextDelta("No.")]
    )

    await chat.answered()

    assert (await chat.outputs())[0]["code"] == "not_found"
    assert not await foreign.events.aexists()


async def test_modes_say_whether_a_session_is_used_again(start_chat, helper, llm):
    chat = await start_chat(
        tool_configurations={
            "kept": asks("helper", "persistent"),
            "fresh": asks("helper", "ephemeral"),
        }
    )
    llm.will_answer(
        [call("c1", "kept", message="1")], [TextDelta("a")],
        [call("c2", "kept", message="2")], [TextDelta("b")],
        [call("c3", "fresh", message="3")], [TextDelta("c")],
        [call("c4", "fresh", message="4")], [TextDelta("d")],
        [TextDelta("Done.")],
    )  # fmt: skip

    await chat.answered()

    keys = [output["session_key"] for output in await chat.outputs()]
    assert keys[0] == keys[1]
    assert len(set(keys)) == 3
    assert "session_key" not in llm.requests[0].tools[0].input_schema["properties"]


async def test_children_get_their_metadata_from_the_parent(start_chat, helper, llm):
    metadata = {"language": {"$ref": "session.metadata.language"}, "from": "parent"}
    chat = await start_chat(
        tool_configurations={"helper": asks("helper", session_metadata=metadata)},
        metadata_of_session={"language": "fr"},
    )
    llm.will_answer([call("c1", "helper", message="Hi")], [TextDelta("Oui.")], [TextDelta("So.")])

    await chat.answered()

    child = await Session.objects.aget(key=(await chat.outputs())[0]["session_key"])
    assert child.metadata == {"language": "fr", "from": "parent"}


async def test_files_go_both_ways(start_chat, helper, llm):
    chat = await start_chat(tool_configurations={"helper": asks("helper")})
    notes = await sync_to_async(make_artifact)(chat.session, "notes.txt", b"Some notes")
    llm.will_answer(
        [call("c1", "helper", message="Sum up", artifact_ids=[notes.key])],
        [call("c2", "write", filename="sum.md", content="Sum")],
        [TextDelta("Done.")],
        [TextDelta("There.")],
    )

    await chat.answered()

    [output] = await chat.outputs()
    child = await Session.objects.aget(key=output["session_key"])
    assert [body.type for body in llm.requests[1].history] == ["artifact_upload", "input_message"]
    assert {a.filename async for a in child.artifacts.all()} == {"notes.txt", "sum.md"}
    [made] = output["artifacts"]
    assert (await chat.session.artifacts.aget(key=made["artifact_id"])).filename == "sum.md"


async def test_a_file_of_another_session_cannot_be_passed_on(start_chat, helper, llm):
    chat = await start_chat(tool_configurations={"helper": asks("helper")})
    other = await sync_to_async(lambda: make_session(owner=make_user("bob"), agent=helper))()
    secret = await sync_to_async(make_artifact)(other, "secret.txt", b"Secret")
    llm.will_answer(
        [call("c1", "helper", message="Read", artifact_ids=[secret.key])], [TextDelta("No.")]
    )

    await chat.answered()

    assert (await chat.outputs())[0]["code"] == "not_found"


async def test_stopping_the_parent_stops_the_child(start_chat, helper, llm):
    chat = await start_chat(tool_configurations={"helper": asks("helper")})
    llm.will_answer([call("c1", "helper", message="Think long")], [TextDelta("Once"), 30.0])
    turn = await chat.send()
    await until(lambda: len(llm.requests) == 2)

    await sync_to_async(request_cancel)(session=chat.session, actor=chat.session.owner)
    await chat.over(turn)
    child = await Session.objects.aget(parent=chat.session)
    await chat.over(await child.turns.afirst())

    assert [t.status async for t in child.turns.all()] == ["cancelled"]


async def test_a_child_that_fails_is_an_error_the_parent_reads(start_chat, helper, llm):
    chat = await start_chat(tool_configurations={"helper": asks("helper")})
    llm.will_answer([call("c1", "helper", message="Try")], [], [TextDelta("It failed.")])

    turn, _ = await chat.answered()

    assert (await chat.outputs())[0]["code"] == "sub_agent_failed"
    assert turn.status == "completed"


async def test_agents_that_ask_themselves_come_to_an_end(start_chat, llm):
    chat = await start_chat(key="loop", tool_configurations={"again": asks("loop", "ephemeral")})

    def round_of(request):
        if request.history[-1].type == "tool_output":
            return [TextDelta("Up.")]
        return [call("c1", "again", message="Deeper")]

    llm.will_answer(*[round_of] * 12)

    turn, _ = await chat.answered()

    assert turn.status == "completed"
    assert await Session.objects.filter(origin="sub_agent").acount() == 4


async def test_in_one_place_a_chain_of_agents_still_comes_to_its_end(start_chat, helper, host, llm):
    host.runner._places = asyncio.Semaphore(1)
    await sync_to_async(make_agent)(
        key="middle", name="Middle", tool_configurations={"helper": asks("helper")}
    )
    chat = await start_chat(tool_configurations={"middle": asks("middle")})
    llm.will_answer(
        [call("c1", "middle", message="Ask further")],
        [call("c2", "helper", message="What is 2 + 2?")],
        [TextDelta("4")],
        [TextDelta("It is 4")],
        [TextDelta("Four.")],
    )

    turn, bodies = await chat.answered()

    assert (turn.status, bodies[-1].content) == ("completed", "Four.")
