import pytest
from jsonschema import Draft202012Validator

from chatapp.llm.builtin.filling import UnfillableError, fill
from chatapp.search.embedder import default_embedder

LETTER = """Name: Bob Miller
Order number: 4417
I hate this broken product, it is terrible. Please help urgently.
Write to bob@example.com or see https://example.com/orders before 2026-12-24.
- the lamp
- the cable
"""


def filled(schema, text=LETTER):
    value = fill(schema, text, default_embedder())
    Draft202012Validator(schema).validate(value)
    return value


@pytest.mark.parametrize(
    ("name", "schema", "expected"),
    [
        ("name", {"type": "string"}, "Bob Miller"),
        ("orderNumber", {"type": "integer"}, 4417),
        ("order_number", {"type": "string"}, "4417"),
        ("email", {"type": "string"}, "bob@example.com"),
        ("contact", {"type": "string", "format": "email"}, "bob@example.com"),
        ("link", {"type": "string", "format": "uri"}, "https://example.com/orders"),
        ("due", {"type": "string", "format": "date"}, "2026-12-24"),
        ("sentiment", {"enum": ["positive", "negative"]}, "negative"),
        ("urgent", {"type": "boolean"}, True),
        ("items", {"type": "array", "items": {"type": "string"}}, ["the lamp", "the cable"]),
        ("kind", {"const": "letter"}, "letter"),
        ("fax", {"type": ["string", "null"]}, None),
        ("fax", {"anyOf": [{"type": "string"}, {"type": "null"}]}, None),
        ("colour", {"type": "string", "default": "red"}, "red"),
        ("score", {"type": "number", "minimum": 0, "maximum": 1}, 1),
    ],
)
def test_a_field_is_filled_from_the_text(name, schema, expected):
    wanted = {"type": "object", "properties": {name: schema}, "required": [name]}

    assert filled(wanted) == {name: expected}


def test_references_and_nested_objects_are_followed():
    schema = {
        "$defs": {"person": {"type": "object", "properties": {"name": {"type": "string"}}}},
        "type": "object",
        "properties": {"customer": {"$ref": "#/$defs/person"}},
        "required": ["customer"],
        "additionalProperties": False,
    }

    assert filled(schema) == {"customer": {"name": "Bob Miller"}}


def test_a_text_that_is_silent_still_gives_what_fits():
    schema = {
        "type": "object",
        "properties": {
            "a": {"type": "string", "minLength": 5, "maxLength": 8},
            "b": {"type": "integer", "minimum": 3},
            "c": {"type": "array", "items": {"type": "integer"}, "minItems": 1},
        },
        "required": ["a", "b", "c"],
    }

    assert filled(schema, "")


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "pattern": "^[0-9]{40}$"},
        {"type": "nonsense"},
        {"$ref": "#/nowhere", "type": "integer", "minimum": 5, "maximum": 4},
        {"not": {}},
    ],
)
def test_what_cannot_be_filled_says_so(schema):
    with pytest.raises(UnfillableError):
        fill(schema, LETTER, default_embedder())


def test_a_schema_that_contains_itself_comes_to_an_end():
    again = {"$ref": "#"}
    schema = {"type": "object", "properties": {"a": again, "b": again, "c": again}}

    assert filled(schema) is not None
    with pytest.raises(UnfillableError):
        fill({**schema, "required": ["a", "b", "c"]}, LETTER, default_embedder())


def test_a_schema_elsewhere_is_not_fetched():
    with pytest.raises(UnfillableError):
        fill({"$ref": "https://example.com/schema.json"}, LETTER, default_embedder())
