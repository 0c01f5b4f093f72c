"""The OpenAI provider against the fake server: what it sends, and what it makes of answers."""

import json

import pytest

from chatapp.events.bodies import ImageRead, text_message
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
from chatapp.llm.providers.openai import OpenAI, OpenAIAssembler
from tests.fake_openai import Call, Reply
from tests.llm.asking import (
    answer,
    calls,
    finishes,
    request,
    text,
    thoughts,
    tool_input,
    tool_output,
)

SEARCH = ToolSpec("search", "Finds things.", {"type": "object", "properties": {}}, "corpora_search")


async def test_text_arrives_piece_by_piece_and_ends_with_usage_and_finish(server, openai):
    server.script(Reply(text="Tea is ready."))

    assert await answer(openai) == [
        TextDelta("Tea"),
        TextDelta(" is"),
        TextDelta(" ready."),
        Usage(11, 7),
        Finish("stop"),
    ]


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
async def test_thoughts_arrive_under_either_name(server, openai, field):
    server.script(Reply(thinking="Hm, tea.", thinking_field=field, text="Tea."))

    chunks = await answer(openai)

    assert chunks[0] == ThinkingDelta("Hm,")
    assert thoughts(chunks) == "Hm, tea."
    assert Usage(11, 7, 3) in chunks


async def test_parallel_calls_are_put_together_from_their_pieces(server, openai):
    server.script(Reply(text="Wait.", tools=(Call("search", '{"query":"tea"}'), Call("clock"))))

    chunks = await answer(openai)

    assert calls(chunks) == [
        ToolCall("call_0", "search", '{"query":"tea"}'),
        ToolCall("call_1", "clock", "{}"),
    ]
    assert chunks[-1] == Finish("tool_calls")


async def test_a_call_without_an_id_gets_one(server, openai):
    server.script(Reply(tools=(Call("clock", id=None), Call("clock", id=""))))

    first, second = calls(await answer(openai))

    assert first.id.startswith("call_")
    assert first.id != second.id


async def test_an_id_that_the_session_has_seen_is_replaced(server, openai):
    server.script(Reply(tools=(Call("clock", id="c1"), Call("clock", id="c1"))))

    made = calls(await answer(openai, request(tool_input("c1"), tool_output("c1"))))

    assert len({call.id for call in made} - {"c1"}) == 2


async def test_answers_cut_at_the_output_limit_say_so(server, openai):
    server.script(Reply(text="Tea is", finish="length"))

    assert finishes(await answer(openai)) == ["length"]


async def test_the_request_carries_key_model_instructions_and_parameters(server, openai):
    parameters = {"temperature": 0.2, "max_tokens": 9, "top_k": 4, "n": 3, "stream": False}
    await answer(openai, request(text_message("Hi"), parameters=parameters))

    [asked] = server.requests
    assert asked["headers"]["authorization"] == "Bearer sk-a-key-of-the-tests"
    assert asked["body"] == {
        "model": "fake-1",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Hi"},
        ],
        "temperature": 0.2,
        "max_tokens": 9,
        "top_k": 4,
        "stream": True,
        "stream_options": {"include_usage": True},
    }


async def test_tools_and_their_outputs_are_sent_as_the_protocol_wants_them(server, openai):
    history = (text_message("Hi"), tool_input(query="tea"), tool_output(found=2))
    await answer(openai, request(*history, tools=(SEARCH,)))

    body = server.requests[0]["body"]
    assert body["tools"][0]["function"] == {
        "name": "search",
        "description": "Finds things.",
        "parameters": {"type": "object", "properties": {}},
    }
    spoken, told = body["messages"][2:]
    assert spoken["tool_calls"] == [
        {
            "id": "c1",
            "type": "function",
            "function": {"name": "search", "arguments": '{"query":"tea"}'},
        }
    ]
    assert told == {"role": "tool", "tool_call_id": "c1", "content": '{"found":2}'}


async def test_a_name_the_protocol_forbids_is_changed_on_the_way_out_and_back(server, openai):
    tool = ToolSpec("look up: tea", "", {}, "corpora_search")
    server.script(Reply(tools=(Call("look_up__tea"),)))

    chunks = await answer(openai, request(tools=(tool,)))

    assert server.requests[0]["body"]["tools"][0]["function"]["name"] == "look_up__tea"
    assert calls(chunks)[0].name == "look up: tea"


async def test_images_travel_as_data_urls(server, openai):
    history = (text_message("Look"), ImageRead(artifact_id="art_1", detail="low"))
    image = ImageInput("image/png", b"\x89PNG", "low")
    await answer(openai, request(*history, images={"art_1": image}))

    content = server.requests[0]["body"]["messages"][-1]["content"]
    assert content[0] == {"type": "text", "text": "Look"}
    assert content[1]["image_url"] == {"url": "data:image/png;base64,iVBORw==", "detail": "low"}


async def test_an_output_schema_becomes_a_response_format(server, openai):
    closed = {"type": "object", "properties": {}, "additionalProperties": False}
    schema = OutputSchema("a pick", closed, "What to take.")
    await answer(openai, request(output_schema=schema))

    assert server.requests[0]["body"]["response_format"] == {
        "type": "json_schema",
        "json_schema": {
            "name": "a_pick",
            "schema": closed,
            "strict": True,
            "description": "What to take.",
        },
    }


async def test_a_server_that_counts_no_tokens_is_asked_without_and_only_once(server, openai):
    refusal = {"message": "Unknown field: stream_options"}
    server.script(Reply(status=400, error=refusal), Reply(text="Hi."), Reply(text="Hi."))

    assert text(await answer(openai)) == "Hi."
    assert text(await answer(openai)) == "Hi."
    asked = ["stream_options" in request["body"] for request in server.requests]
    assert asked == [True, False, False]
    OpenAI.without_usage.clear()


async def test_text_that_is_no_unicode_is_sent_all_the_same(server, openai):
    await answer(openai, request(text_message("half a pair: \ud83d")))

    assert server.requests[0]["body"]["messages"][-1]["content"] == "half a pair: \ud83d"


async def test_answers_reuse_their_connection(server, openai):
    for _ in range(5):
        await answer(openai)

    assert server.state()["connections"] == 1


def assembled(*deltas: object) -> list[ToolCall]:
    assembler = OpenAIAssembler(request())
    for delta in deltas:
        assembler.take(json.dumps({"choices": [{"index": 0, "delta": delta}]}).encode())
    return assembler.calls()


def piece(**values: object) -> dict[str, object]:
    function = {key: values.pop(key) for key in ("name", "arguments") if key in values}
    return {"tool_calls": [values | {"function": function}]}


def test_a_name_repeated_with_every_piece_is_taken_once():
    head = piece(index=0, id="a", name="clock", arguments='{"a"')

    assert assembled(head, piece(index=0, id="a", name="clock", arguments=":1}")) == [
        ToolCall("a", "clock", '{"a":1}')
    ]


def test_a_name_in_pieces_is_joined():
    assert assembled(piece(index=0, id="a", name="clo"), piece(index=0, name="ck")) == [
        ToolCall("a", "clock", "{}")
    ]


def test_calls_that_share_an_index_are_told_apart_by_their_ids():
    first = piece(index=0, id="a", name="clock", arguments="{}")
    second = piece(index=0, id="b", name="clock", arguments="{}")

    assert [call.id for call in assembled(first, second)] == ["a", "b"]


def test_pieces_without_an_index_belong_to_the_last_call():
    pieces = (
        piece(id="a", name="clock", arguments="{}"),
        piece(id="b", name="search", arguments='{"q'),
        piece(arguments='":1}'),
    )

    assert [call.arguments for call in assembled(*pieces)] == ["{}", '{"q":1}']


def test_arguments_sent_as_an_object_become_text():
    assert assembled(piece(index=0, id="a", name="clock", arguments={"zone": "UTC"})) == [
        ToolCall("a", "clock", '{"zone":"UTC"}')
    ]


def test_content_in_parts_is_text_and_thoughts():
    assembler = OpenAIAssembler(request())
    parts = [
        {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]},
        {"type": "text", "text": "Tea."},
    ]

    chunks = assembler.take(json.dumps({"choices": [{"delta": {"content": parts}}]}).encode())

    assert chunks == [ThinkingDelta("Hm."), TextDelta("Tea.")]


def test_the_character_that_no_database_stores_is_left_out():
    assembler = OpenAIAssembler(request())

    chunks = assembler.take(b'{"choices":[{"delta":{"content":"a\\u0000b"}}]}')

    assert chunks == [TextDelta("ab")]
