"""What a JSON Schema asks for, step by step, and how to make a value fit its bounds."""

import re
from typing import Any

MOST_REFERENCES = 12
LONGEST_TEXT = 600
LONGEST_PADDING = 10_000


def resolved(schema: Any, root: dict[str, Any]) -> dict[str, Any]:
    """Follow local references, and take `allOf` together."""
    for _ in range(MOST_REFERENCES):
        if not isinstance(schema, dict):
            return {}
        reference = schema.get("$ref")
        if not isinstance(reference, str):
            break
        target: Any = root
        for part in filter(None, reference.lstrip("#").split("/")):
            target = target.get(part) if isinstance(target, dict) else None
        schema = {**(target if isinstance(target, dict) else {}), **_without(schema, "$ref")}
    for part in schema["allOf"] if isinstance(schema.get("allOf"), list) else []:
        schema = {**resolved(part, root), **schema}
    return dict(schema)


def sized(text: str, schema: dict[str, Any]) -> str:
    most = int(schema.get("maxLength", LONGEST_TEXT))
    return text[:most].ljust(min(int(schema.get("minLength", 0)), LONGEST_PADDING), ".")


def fitted(number: float, schema: dict[str, Any], kind: str) -> float | int:
    step = 1 if kind == "integer" else 0
    if "minimum" in schema:
        number = max(number, schema["minimum"])
    if "exclusiveMinimum" in schema and number <= schema["exclusiveMinimum"]:
        number = schema["exclusiveMinimum"] + (step or 0.001)
    if "maximum" in schema:
        number = min(number, schema["maximum"])
    if "exclusiveMaximum" in schema and number >= schema["exclusiveMaximum"]:
        number = schema["exclusiveMaximum"] - (step or 0.001)
    return round(number) if kind == "integer" or float(number).is_integer() else number


def spoken(name: str, schema: dict[str, Any]) -> str:
    """`orderNumber` as people say it, with its description."""
    said = re.sub(r"(?<=[a-z])(?=[A-Z])|[_\W]+", " ", name).strip()
    description = schema.get("description")
    return f"{said} {description}".strip() if isinstance(description, str) else said


def _without(schema: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in schema.items() if name != key}
