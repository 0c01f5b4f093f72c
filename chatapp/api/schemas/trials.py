"""What trying out a function tells its author."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from chatapp.api.schemas.tools import Code, ExecutionConfiguration
from chatapp.services.agent_shapes import JSON, Shape
from chatapp.tools.lambdas import Limits, Trial

Seconds = Annotated[int | None, Field(ge=1, le=300)]


class FunctionTest(Shape):
    code: Code
    test_input: JSON
    language: Literal["python"] = "python"
    execution_configuration: ExecutionConfiguration = ExecutionConfiguration()
    timeout_seconds: Seconds = None


class ToolTest(Shape):
    input: JSON
    timeout_seconds: Seconds = None


def limits_of(configuration: JSON, seconds: int | None) -> Limits:
    """The configuration's limits, with a shorter time if one is asked for."""
    limits = Limits.of(configuration)
    return Limits(min(limits.seconds, seconds or limits.seconds), limits.megabytes)


class Failure(BaseModel):
    message: str
    traceback: str | None = None


class Checks(BaseModel):
    input_valid: bool
    output_valid: bool
    validation_errors: list[str]

    @classmethod
    def of(cls, trial: Trial) -> "Checks":
        return cls(
            input_valid=not trial.input_errors,
            output_valid=not trial.output_errors,
            validation_errors=[*trial.input_errors, *trial.output_errors],
        )


class Verdict(BaseModel):
    status: Literal["valid", "invalid"]
    errors: list[str]


class Execution(BaseModel):
    success: bool
    output: JSON | None = None
    error: Failure | None = None
    latency_millis: int
    validation_results: Checks


class FunctionTestOut(BaseModel):
    """`execution` is absent when the code is no tool."""

    validation: Verdict
    input_schema: JSON
    output_schema: JSON
    execution: Execution | None = None

    @classmethod
    def of(cls, trial: Trial) -> "FunctionTestOut":
        validation = trial.validation
        execution = Execution(
            success=trial.succeeded,
            output=trial.output,
            error=_failure(trial),
            latency_millis=trial.milliseconds,
            validation_results=Checks.of(trial),
        )
        return cls(
            validation=Verdict(
                status="invalid" if validation.errors else "valid", errors=list(validation.errors)
            ),
            input_schema=validation.input_schema,
            output_schema=validation.output_schema,
            execution=None if validation.errors else execution,
        )


class ToolTestOut(BaseModel):
    type: Literal["success", "error"]
    output: JSON | None = None
    error: Failure | None = None
    latency_millis: int
    validation_results: Checks | None = None

    @classmethod
    def of(cls, trial: Trial) -> "ToolTestOut":
        return cls(
            type="success" if trial.succeeded else "error",
            output=trial.output,
            error=_failure(trial),
            latency_millis=trial.milliseconds,
            validation_results=Checks.of(trial) if trial.succeeded else None,
        )


def _failure(trial: Trial) -> Failure | None:
    if trial.succeeded:
        return None
    return Failure(message=trial.error, traceback=trial.traceback or None)
