import pytest

from chatapp.llm.builtin.arguments import arguments_for, is_named
from tests.llm.offline_session import tool

CITY = tool("get_weather", "lambda", city={"type": "string"}, required=("city",))
SUM = tool("add", "mcp", a={"type": "number"}, b={"type": "integer"}, required=("a", "b"))
ASK = tool("legal_desk", "sub_agent", message={"type": "string"}, required=("message",))


@pytest.mark.parametrize(
    ("spec", "message", "arguments"),
    [
        (CITY, "use get_weather for Paris", {"city": "Paris"}),
        (CITY, 'use get_weather with {"city": "Rome", "evil": 1}', {"city": "Rome"}),
        (CITY, "use get_weather city=Oslo", {"city": "Oslo"}),
        (CITY, 'use get_weather "New York"', {"city": "New York"}),
        (SUM, "add 2.5 and 4", {"a": 2.5, "b": 4}),
        (ASK, "Ask the legal desk about resale", {"message": "resale"}),
    ],
)
def test_arguments_are_taken_from_the_message(spec, message, arguments):
    assert arguments_for(spec, message) == (arguments, [])


def test_what_is_missing_is_named():
    assert arguments_for(SUM, "add 2") == ({"a": 2.0}, ["b"])


def test_an_enum_takes_the_value_that_is_mentioned():
    spec = tool("light", state={"type": "string", "enum": ["on", "off"]}, required=("state",))

    assert arguments_for(spec, "turn the light off")[0] == {"state": "off"}


@pytest.mark.parametrize(
    "schema", [{}, {"properties": []}, {"properties": {"a": 1}, "required": 7}]
)
def test_a_schema_that_is_none_gives_no_arguments(schema):
    spec = tool("x")
    spec = type(spec)(spec.name, "", schema, "mcp")

    assert arguments_for(spec, "hello {")[0] == {}


@pytest.mark.parametrize(
    ("message", "named"),
    [
        ("use get_weather for Paris", True),
        ("Use the get weather tool", True),
        ("how do I get weather reports?", False),
        ("hello", False),
    ],
)
def test_a_tool_is_named_when_it_is_asked_for(message, named):
    assert is_named(CITY, message) is named
