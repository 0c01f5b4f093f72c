"""Session metadata: any JSON object, within limits and, if the agent has one, its JSON Schema."""

from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema
import orjson
from django.conf import settings

from chatapp.errors import InvalidInput
from chatapp.lib.strict_json import clean

_MAX_DEPTH = 20


def check_metadata(metadata: Any, schema: Mapping[str, Any]) -> None:
    """Raises InvalidInput with one entry of `field_errors` for each field that does not fit."""
    if not isinstance(metadata, dict):
        raise InvalidInput("Metadata must be a JSON object.", {"metadata": "Not a JSON object."})
    if _depth(metadata) > _MAX_DEPTH:
        raise InvalidInput("Metadata is nested too deeply.", {"metadata": "Nested too deeply."})
    try:
        size = len(orjson.dumps(metadata))
    except (TypeError, ValueError) as exc:
        raise InvalidInput("Metadata must be JSON.", {"metadata": "Not JSON."}) from exc
    if clean(metadata) != metadata:
        raise InvalidInput(
            "Metadata must be JSON without NaN and NUL.", {"metadata": "Holds NaN or NUL."}
        )
    if size > settings.MAX_METADATA_BYTES:
        limit = settings.MAX_METADATA_BYTES // 1024
        raise InvalidInput(f"Metadata is over {limit} KB.", {"metadata": f"Over {limit} KB."})
    if schema:
        _check_schema(metadata, schema)


def check_untouched(
    before: Mapping[str, Any], after: Mapping[str, Any], schema: Mapping[str, Any]
) -> None:
    """What the schema marks as read-only or hidden is the operator's. Raises InvalidInput."""
    for name, _ in _operators_fields(schema):
        if after.get(name) != before.get(name):
            raise _not_yours(name)


def check_start(metadata: Mapping[str, Any], schema: Mapping[str, Any]) -> None:
    """The same for a session that begins: only what is asked at the start may be given."""
    for name, field in _operators_fields(schema):
        asked = field.get("x-ask-at-start") and not field.get("x-hidden")
        if name in metadata and not asked and metadata[name] != field.get("default"):
            raise _not_yours(name)


def _operators_fields(schema: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, field in (schema.get("properties") or {}).items():
        if isinstance(field, dict) and (field.get("x-read-only") or field.get("x-hidden")):
            yield name, field


def _not_yours(name: str) -> InvalidInput:
    return InvalidInput(f"{name} cannot be set here.", {f"metadata.{name}": "The operator's."})


def check_metadata_schema(schema: Any) -> None:
    """Raises InvalidInput if `schema` is no JSON Schema of an object."""
    if not isinstance(schema, dict):
        raise InvalidInput(
            "The schema must be a JSON object.", {"metadata_schema": "Not an object."}
        )
    try:
        jsonschema.Draft202012Validator.check_schema(schema)
    except jsonschema.SchemaError as exc:
        raise InvalidInput(
            f"This is no JSON Schema: {exc.message}", {"metadata_schema": exc.message}
        ) from exc


def _check_schema(metadata: dict[str, Any], schema: Mapping[str, Any]) -> None:
    validator = jsonschema.Draft202012Validator(dict(schema))
    errors = {_place(error): error.message for error in validator.iter_errors(metadata)}
    if errors:
        place, message = next(iter(errors.items()))
        raise InvalidInput(f"{place}: {message}", errors)


def _place(error: jsonschema.ValidationError) -> str:
    return ".".join(["metadata", *(str(step) for step in error.absolute_path)])


def _depth(value: Any, level: int = 1) -> int:
    if level > _MAX_DEPTH:
        return level
    children = (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    )
    return max((_depth(child, level + 1) for child in children), default=level)
