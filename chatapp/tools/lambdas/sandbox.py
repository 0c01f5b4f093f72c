"""Runs functions in Monty: an interpreter of its own, in a process of its own.

There are no files, no network, no environment and no other modules in it but a few of the
standard library. docs/decisions says what this does not protect from.
"""

import asyncio
import json
import time
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from chatapp.tools.lambdas.signatures import ENTRY_POINT, validate_code

if TYPE_CHECKING:
    from pydantic_monty import Monty, MontyError, ResourceLimits

MAX_PRINTED = 64_000
MAX_DEPTH = 200
PROCESSES = 4
LONGEST = 300
_INPUT = "__input__"


class FunctionFailed(Exception):
    """The function raised, or went beyond its limits."""

    def __init__(self, message: str, *, traceback: str = "", kind: str = "") -> None:
        super().__init__(message)
        self.message, self.traceback, self.kind = message, traceback, kind


@dataclass(frozen=True, slots=True)
class Limits:
    """An `execution_configuration`."""

    seconds: float = 30
    megabytes: int = 100

    @classmethod
    def of(cls, configuration: dict[str, Any]) -> "Limits":
        seconds = configuration.get("max_execution_time_seconds", 30)
        megabytes = configuration.get("max_memory_mb", 100)
        return cls(min(max(float(seconds), 0.1), LONGEST), min(max(int(megabytes), 10), 1024))

    def as_resources(self) -> "ResourceLimits":
        return {
            "max_memory": self.megabytes << 20,
            "max_feed_duration_secs": self.seconds,
            "max_total_sleep_secs": self.seconds,
            "max_recursion_depth": MAX_DEPTH,
        }


@dataclass(frozen=True, slots=True)
class Outcome:
    output: dict[str, Any]
    printed: str
    milliseconds: int


async def run_function(code: str, arguments: dict[str, Any], limits: Limits) -> Outcome:
    """Call `process` with the arguments. Raises FunctionFailed.

    A result that is no object comes as `{"value": …}`.
    """
    started = time.monotonic()
    value, printed = await asyncio.to_thread(_run, _with_call(code), arguments, limits)
    output = value if isinstance(value, dict) else {"value": value}
    return Outcome(_plain(output), printed, round((time.monotonic() - started) * 1000))


def _with_call(code: str) -> str:
    validation = validate_code(code)
    if validation.errors:
        raise FunctionFailed(validation.errors[0], kind="SyntaxError")
    given = f"{validation.parameter}={_INPUT}" if validation.parameter else f"**{_INPUT}"
    return f"{code}\n\n{ENTRY_POINT}({given})"


def _run(code: str, arguments: dict[str, Any], limits: Limits) -> tuple[Any, str]:
    from pydantic_monty import CollectString, MontyError

    printed = CollectString(MAX_PRINTED)
    try:
        with _pool().checkout(limits=limits.as_resources()) as worker:
            value = worker.feed_run(code, inputs={_INPUT: arguments}, print_callback=printed)
    except MontyError as exc:
        raise FunctionFailed(
            str(exc)[:2000] or "The function ended its process.",
            traceback=_traceback(exc),
            kind=type(exc).__name__,
        ) from exc
    except TimeoutError as exc:
        raise FunctionFailed("No place to run it became free. Try again.", kind="busy") from exc
    except (ValueError, TypeError) as exc:
        raise FunctionFailed(f"A value cannot be passed: {exc}"[:500], kind="value") from exc
    return value, printed.output


def _traceback(exc: "MontyError") -> str:
    display = getattr(exc, "display", None)
    return str(display() if display else exc)[:4000]


@cache
def _pool() -> "Monty":
    # Loaded and started at the first call, since most installations have no functions; its
    # processes end with ours.
    from pydantic_monty import Monty

    return Monty(
        min_processes=0,
        max_processes=PROCESSES,
        checkout_timeout=30,
        request_timeout=2 * LONGEST + 10,
        max_checkouts_per_worker=200,
    ).__enter__()


def _plain(output: dict[Any, Any]) -> dict[str, Any]:
    """As JSON has it: other values become text, so that every result can be stored."""
    try:
        text = json.dumps(output, default=_as_json, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as exc:
        raise FunctionFailed(f"The result is not JSON: {exc}"[:500], kind="value") from exc
    plain: dict[str, Any] = json.loads(text)
    return plain


def _as_json(value: Any) -> Any:
    if isinstance(value, set | frozenset):
        return sorted(value, key=str)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if attributes := getattr(value, "attributes", None):
        return dict(attributes)
    return str(value)
