"""Check values against JSON Schemas, of which nobody has to be trusted: no `$ref` is fetched."""

from typing import Any

import jsonschema
from referencing import Registry
from referencing.exceptions import Unresolvable

# An empty registry of our own: with none, jsonschema would fetch what a `$ref` names.
_OFFLINE: Registry[Any] = Registry()


class SchemaUnusable(ValueError):
    """The schema itself is broken, or refers to what is not there."""


def problems(value: Any, schema: dict[str, Any], *, most: int = 20) -> list[str]:
    """What does not fit, each with its place. Raises SchemaUnusable."""
    try:
        errors = jsonschema.Draft202012Validator(schema, registry=_OFFLINE).iter_errors(value)
        return [_told(error) for error, _ in zip(errors, range(most), strict=False)]
    except (jsonschema.SchemaError, Unresolvable, RecursionError, TypeError, ValueError) as exc:
        raise SchemaUnusable(str(exc)[:300]) from exc
    except (AttributeError, KeyError, IndexError) as exc:
        raise SchemaUnusable("The schema is malformed.") from exc


def _told(error: jsonschema.ValidationError) -> str:
    place = ".".join(map(str, error.absolute_path))
    return f"{place}: {error.message}"[:500] if place else error.message[:500]
