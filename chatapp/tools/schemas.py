"""Arguments of tools whose input is described by a JSON Schema, not by a class of ours."""

from typing import Any

from pydantic import ConfigDict

from chatapp.errors import ToolError
from chatapp.lib.json_schemas import SchemaUnusable, problems
from chatapp.tools.base import ToolArguments

MAX_PROBLEMS = 5


class AnyArguments(ToolArguments):
    """Whatever the schema allows."""

    model_config = ConfigDict(extra="allow")

    def values(self) -> dict[str, Any]:
        return dict(self.model_extra or {})


def fitting_arguments(
    arguments: dict[str, Any], schema: dict[str, Any], *, is_open: bool
) -> AnyArguments:
    """Raises ToolError, for the model to mend.

    A key the schema does not name is refused, unless the schema wants it so (`is_open`): a
    variant in spelling of a key that the operator fixed must not slip past it.
    """
    unknown = [] if is_open else sorted(set(arguments) - set(schema.get("properties") or {}))
    misfits = [f"{name}: there is no such argument" for name in unknown]
    try:
        misfits += problems(arguments, schema)
    except SchemaUnusable as exc:
        raise ToolError(f"The tool's schema cannot be used: {exc}", code="bad_schema") from exc
    if misfits:
        told = "; ".join(misfits[:MAX_PROBLEMS])
        raise ToolError(f"Invalid arguments: {told}"[:2000], code="invalid_arguments")
    return AnyArguments.model_construct(None, **arguments)
