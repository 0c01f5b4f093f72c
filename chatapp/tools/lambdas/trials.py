"""Try a function out, for its author: what it takes, what it gave, how long it took."""

from dataclasses import dataclass, field
from typing import Any

from chatapp.lib.json_schemas import problems
from chatapp.tools.lambdas.sandbox import FunctionFailed, Limits, run_function
from chatapp.tools.lambdas.signatures import Validation, validate_code


@dataclass(frozen=True, slots=True)
class Trial:
    """How one call went. Without `output` it failed, and `error` and `traceback` say how."""

    validation: Validation
    output: dict[str, Any] | None = None
    error: str = ""
    traceback: str = ""
    milliseconds: int = 0
    printed: str = ""
    input_errors: tuple[str, ...] = field(default=())
    output_errors: tuple[str, ...] = field(default=())

    @property
    def succeeded(self) -> bool:
        return self.output is not None


async def try_function(
    *, code: str, arguments: dict[str, Any], limits: Limits | None = None
) -> Trial:
    """Run `process` once. Never raises for what the function does."""
    validation = validate_code(code)
    if validation.errors:
        return Trial(validation, error=validation.errors[0])
    if misfits := tuple(problems(arguments, validation.input_schema)):
        return Trial(validation, error=misfits[0], input_errors=misfits)
    try:
        outcome = await run_function(code, arguments, limits or Limits())
    except FunctionFailed as exc:
        return Trial(validation, error=exc.message, traceback=exc.traceback)
    return Trial(
        validation,
        output=outcome.output,
        milliseconds=outcome.milliseconds,
        printed=outcome.printed,
        output_errors=tuple(_output_problems(outcome.output, validation.output_schema)),
    )


def _output_problems(output: dict[str, Any], schema: dict[str, Any]) -> list[str]:
    wrapped = set(output) == {"value"} and schema.get("type") != "object"
    return problems(output["value"] if wrapped else output, schema)
