"""The Anthropic provider against the fake server: what it sends, and what it makes of answers."""

import pytest

from chatapp.events.bodies import AgentOutput, ImageRead, text_message
from chatapp.llm.base import (
    Finish,
    ImageInput,
    OutputSchema,
    TextDelta,
    ThinkingDelta,
    ToolCall,
    ToolSpec,
    Usage,
)
from tests.fake_openai import Call, Reply
from tests.llm.asking import answer, calls, finishes, request, tool_input, tool_output


async def test_text_and_thoughts_arrive_piece_by_piece(server, anthropic):
    server.script(Reply(thinking="Hm.", text="Tea is"))

    assert await answer(anthropic) == [
        ThinkingDelta("Hm."),
        TextDelta("Tea"),
        TextDelta(" is"),
        Usage(11, 7),
        Finish("stop"),
    ]


async def test_parallel_calls_are_put_together_from_their_pieces(server, anthropic):
    server.script(Reply(tools=(Call("search", '{"query":"tea"}'), Call("clock", ""))))

    chunks = await answer(anthropic)

    assert calls(chunks) == [
        ToolCall("toolu_0", "search", '{"query":"tea"}'),
        ToolCall("toolu_1", "clock", "{}"),
    ]
    assert chunks[-1] == Finish("tool_calls")


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("max_tokens", "length"),
        ("refusal", "content_filter"),
    ],
)
async def test_each_stop_reason_has_a_finish(server, anthropic, theirs, ours):
    server.script(Reply(text="Tea.", finish=theirs))

    assert finishes(await answer(anthropic)) == [ours]


async def test_the_request_carries_key_model_instructions_and_parameters(server, anthropic):
    await answer(anthropic, request(parameters={"temperature": 0.2, "max_tokens": 9}))

    [asked] = server.requests
    assert asked["path"] == "/v1/messages"
    assert asked["headers"]["x-api-key"] == "sk-a-key-of-the-tests"
    assert asked["headers"]["anthropic-version"] == "2023-06-01"
    assert asked["body"] == {
        "model": "fake-1",
        "system": "Be brief.",
        "messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}],
        "temperature": 0.2,
        "max_tokens": 9,
        "stream": True,
    }


async def test_outputs_of_parallel_calls_come_back_together_and_before_the_users_words(
    server, anthropic
):
    history = (
        text_message("Hi"),
        AgentOutput(content="Wait.  "),
        tool_input("a", query="tea"),
        tool_input("b", query="pot"),
        tool_output("b", error="No pot."),
        tool_output("a", found=2),
        text_message("Quick!"),
    )
    await answer(anthropic, request(*history))

    spoken, told = server.requests[0]["body"]["messages"][1:]
    assert spoken["content"][0] == {"type": "text", "text": "Wait."}
    assert [block["id"] for block in spoken["content"][1:]] == ["a", "b"]
    assert told["content"] == [
        {"type": "tool_result", "tool_use_id": "a", "content": '{"found":2}'},
        {
            "type": "tool_result",
            "tool_use_id": "b",
            "content": '{"error":"No pot."}',
            "is_error": True,
        },
        {"type": "text", "text": "Quick!"},
    ]


async def test_tools_called_earlier_are_named_where_none_may_be_called_now(server, anthropic):
    called = (tool_input("a"), tool_output("a"), tool_input("b"), tool_output("b"))
    await answer(anthropic, request(*called, text_message("And now?")))
    await answer(anthropic, request(text_message("Hi")))

    first, second = (request["body"] for request in server.requests)
    assert [tool["name"] for tool in first["tools"]] == ["search"]
    assert first["tool_choice"] == {"type": "none"}
    assert "tools" not in second


CLOSED = {"type": "object", "properties": {}, "additionalProperties": False}


async def test_images_tools_and_schemas_are_sent_as_the_protocol_wants_them(server, anthropic):
    tool = ToolSpec("search", "Finds things.", {"properties": {}}, "corpora_search")
    asked = request(
        ImageRead(artifact_id="art_1"),
        tools=(tool,),
        images={"art_1": ImageInput("image/png", b"\x89PNG")},
        output_schema=OutputSchema("pick", CLOSED),
    )
    await answer(anthropic, asked)

    body = server.requests[0]["body"]
    assert body["messages"][0]["content"][0]["source"] == {
        "type": "base64",
        "media_type": "image/png",
        "data": "iVBORw==",
    }
    assert body["tools"][0]["input_schema"] == {"type": "object", "properties": {}}
    assert body["output_config"]["format"]["schema"] == CLOSED


async def test_a_schema_that_the_server_would_refuse_is_put_in_words(server, anthropic):
    schema = OutputSchema("pick", {"type": "object", "minProperties": 1})
    await answer(anthropic, request(output_schema=schema))

    body = server.requests[0]["body"]
    assert "output_config" not in body
    assert body["system"].endswith('nothing else:\n{"type":"object","minProperties":1}')


async def test_thinking_is_not_asked_for_between_a_call_and_the_answer(server, anthropic):
    thinking = {"thinking": {"type": "enabled", "budget_tokens": 1024}}
    await answer(anthropic, request(parameters=thinking))
    await answer(anthropic, request(tool_input(), tool_output(), parameters=thinking))

    asked = ["thinking" in request["body"] for request in server.requests]
    assert asked == [True, False]
