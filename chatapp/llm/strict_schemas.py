"""Which JSON Schemas a model server can hold a model to ("strict"). Others are only asked for,
and checked afterwards."""

from typing import Any

MOST_PROPERTIES = 100
MOST_LEVELS = 5
_UNSUPPORTED = {
    *("minLength", "maxLength", "pattern", "format", "minimum", "maximum", "multipleOf"),
    *("exclusiveMinimum", "exclusiveMaximum", "minItems", "maxItems", "uniqueItems"),
    *(
        "minProperties",
        "maxProperties",
        "patternProperties",
        "oneOf",
        "allOf",
        "not",
        "if",
        "then",
        "else",
        "$ref",
    ),
}


def may_be_strict(schema: dict[str, Any]) -> bool:
    """Whether every object is closed and wants all it names, with no keyword beyond."""
    return schema.get("type") == "object" and _properties(schema, 1) <= MOST_PROPERTIES


def _properties(schema: Any, level: int) -> int:
    """How many there are; more than may be for what cannot be strict."""
    too_many = MOST_PROPERTIES + 1
    if not isinstance(schema, dict) or level > MOST_LEVELS or _UNSUPPORTED & schema.keys():
        return too_many
    properties = schema.get("properties") or {}
    kinds = schema.get("type")
    is_object = kinds == "object" or (isinstance(kinds, list) and "object" in kinds)
    is_closed = schema.get("additionalProperties") is False
    if is_object and (not is_closed or set(schema.get("required") or ()) != set(properties)):
        return too_many
    inner = [*properties.values(), *(schema.get("anyOf") or ())]
    inner += [schema["items"]] if "items" in schema else []
    return len(properties) + sum(_properties(one, level + 1) for one in inner)
