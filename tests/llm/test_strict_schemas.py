"""Which schemas are sent as strict."""

import pytest

from chatapp.llm.base import OutputSchema
from chatapp.llm.providers.openai import _response_format
from chatapp.llm.strict_schemas import may_be_strict


def closed(**properties):
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def nested(levels):
    return closed(inner=nested(levels - 1)) if levels else {"type": "string"}


@pytest.mark.parametrize(
    "schema",
    [
        closed(),
        closed(topic={"type": "string", "enum": ["a", "b"]}, sure={"type": "boolean"}),
        closed(tags={"type": "array", "items": closed(name={"type": ["string", "null"]})}),
        nested(4),
    ],
)
def test_closed_objects_that_want_all_they_name_may_be(schema):
    assert may_be_strict(schema)


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"type": "array", "items": {"type": "string"}},
        {**closed(a={"type": "string"}), "required": []},
        {**closed(a={"type": "string"}), "additionalProperties": True},
        closed(a={"type": "string", "minLength": 1}),
        closed(a={"type": "object", "properties": {}}),
        closed(a={"type": "array", "items": {"type": "object"}}),
        closed(a=True),
        closed(**{f"p{n}": {"type": "string"} for n in range(101)}),
        nested(7),
    ],
)
def test_others_may_not(schema):
    assert not may_be_strict(schema)


@pytest.mark.parametrize("wanted", [True, False])
def test_the_server_is_told_so(wanted):
    told = _response_format(OutputSchema("a b", closed(), strict=wanted))["json_schema"]

    assert (told["name"], told["strict"]) == ("a_b", wanted)


def test_what_cannot_be_strict_is_asked_for_without_it():
    schema = closed(a={"type": "string", "pattern": "x"})

    assert _response_format(OutputSchema("s", schema))["json_schema"]["strict"] is False
