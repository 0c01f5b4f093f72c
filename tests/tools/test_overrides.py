"""The model may say anything; what the operator fixed stands."""

import asyncio
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatapp.errors import ToolError
from chatapp.lib.strict_json import parse_object
from chatapp.llm.base import ToolCall
from chatapp.tools.base import Tool, ToolArguments, ToolContext
from chatapp.tools.offloading import Offloading
from chatapp.tools.overrides import merge, without, without_locked
from chatapp.tools.toolbox import ConfiguredTool, Toolbox
from tests.tools.hostile import hostile_cases


class ProbeInput(ToolArguments):
    query: str = ""
    tenant: str = ""
    headers: dict[str, str] = {}
    limit: int = 5


class Probe(Tool[ProbeInput], name="tests_probe"):
    """Says what it got."""

    Input = ProbeInput

    async def call(self, arguments, context):
        return {"got": arguments.model_dump()}


def toolbox(locked):
    tool = ConfiguredTool("probe", Probe(), "", {}, locked, locked)
    context = ToolContext(session=None, turn_id=1, tool_call_id="", configuration_name="")
    return Toolbox([tool], context, offloading=Offloading(10**6))


async def outcome(locked, text):
    box = toolbox(locked)
    [*_, output] = await box.call(box.input_of(ToolCall("c1", "probe", text)))
    return output


@given(hostile_cases())
@settings(max_examples=200, deadline=None)
def test_what_is_locked_always_wins(case):
    check_locks_hold(case)


def check_locks_hold(case):
    locked, text = case
    output = asyncio.run(outcome(locked, text))
    if output.error:
        assert output.tool_output["code"] == "invalid_arguments"
        return
    got = output.tool_output["got"]
    for path, value in locked.items():
        place = got
        for name in path.split("."):
            place = place[name]
        assert place == value


@pytest.mark.parametrize(
    "arguments",
    [
        {"Tenant": "evil"},
        {"TENANT": "evil"},
        {"tenant ": "evil"},
        {"ｔenant": "evil"},
        {"tenаnt": "evil"},
        {"te\u0000nant2": "evil"},
        {"headers.Authorization": "evil"},
        {"$ref": "agent.secrets.TOKEN"},
        {"__proto__": {"tenant": "evil"}},
    ],
)
async def test_a_variant_of_a_key_is_an_unknown_key(arguments):
    output = await outcome({"tenant": "acme"}, json.dumps(arguments))

    assert output.tool_output["code"] == "invalid_arguments"


@pytest.mark.parametrize(
    "text",
    [
        '{"tenant": "acme", "tenant": "evil"}',
        '{"headers": {"a": "1", "a": "2"}}',
        "[]",
        '"tenant"',
        "null",
        "{",
        '{"limit": NaN}',
        '{"a":' * 200 + "1" + "}" * 200,
    ],
)
async def test_what_is_no_plain_object_is_refused(text):
    output = await outcome({"tenant": "acme"}, text)

    assert output.tool_output["code"] == "invalid_arguments"


def test_a_nested_object_locks_its_whole_key():
    locked = {"headers": {"Authorization": "mine"}}

    assert merge({"headers": {"X-Other": "1"}}, locked) == locked


def test_a_dotted_key_locks_one_leaf():
    merged = merge(
        {"headers": {"Authorization": "theirs", "Accept": "*/*"}}, {"headers.Authorization": "mine"}
    )

    assert merged == {"headers": {"Authorization": "mine", "Accept": "*/*"}}


def test_what_is_locked_is_not_in_the_schema():
    schema = {
        "type": "object",
        "properties": {
            "a": {"type": "string"},
            "h": {"type": "object", "properties": {"x": {}, "y": {}}, "required": ["x"]},
        },
        "required": ["a", "h"],
    }

    visible = without_locked(schema, {"a": 1, "h.x": 2})

    assert visible["properties"] == {
        "h": {"type": "object", "properties": {"y": {}}, "required": []}
    }
    assert visible["required"] == ["h"]
    assert schema["properties"]["a"]


@given(
    st.dictionaries(st.sampled_from("abc"), st.dictionaries(st.sampled_from("xyz"), st.integers())),
    st.sampled_from([{"a": 1}, {"a.x": 1}, {"b.y.z": 2, "c": 3}]),
)
def test_taking_the_locks_away_leaves_what_the_model_said(given_arguments, locked):
    own = without(merge(given_arguments, locked), locked)

    assert merge(own, locked) == merge(given_arguments, locked)


def test_strict_json_keeps_texts_storable():
    assert parse_object('{"a": "x\\u0000y\\ud800z"}') == {"a": "xy?z"}
    assert parse_object('{"a": ' + "9" * 30 + "}") == {"a": 1e30}
    with pytest.raises(ValueError, match="twice"):
        parse_object('{"a": 1, "a": 2}')


def test_a_tool_refuses_what_its_class_does_not_know():
    with pytest.raises(ToolError):
        Probe().validate({"unknown": 1})
