"""Templates, references and conditions of agents, looked at before they are stored."""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from chatapp.errors import InvalidInput
from chatapp.lib import conditions, velocity
from chatapp.services.references import references

JSON = dict[str, Any]


def check_template(
    template: str, place: str, metadata_schema: Mapping[str, Any] | None = None
) -> None:
    """Raises InvalidInput, with the line, for what does not parse or is not in the schema."""
    try:
        read = velocity.references(template)
    except velocity.VelocityError as exc:
        raise InvalidInput(f"{place}: {exc}", {place: str(exc)}) from exc
    for line, problem in unknown_fields(read, metadata_schema or {}):
        told = f"Line {line}: {problem}"
        raise InvalidInput(f"{place}: {told}", {place: told})


def check_templates(columns: Mapping[str, Any]) -> None:
    """All that an agent's columns hold. Raises InvalidInput."""
    schema = columns["metadata_schema"]
    for place, template in templates_of(columns):
        check_template(template, place, schema)
    for name, configuration in columns["tool_configurations"].items():
        for path in references(configuration):
            if problem := unknown_metadata(tuple(path.split(".")), schema):
                place = f"tool_configurations.{name}"
                raise InvalidInput(f"{place}: {problem}", {place: problem})
    _check_next_steps(columns["steps"])


def templates_of(columns: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, step in columns["steps"].items():
        for kind in ("instructions", "reminders"):
            for number, one in enumerate(step.get(kind) or ()):
                if "template" in one:
                    yield f"steps.{name}.{kind}.{number}.template", one["template"]
    for name, configuration in columns["tool_configurations"].items():
        if template := configuration.get("description_template"):
            yield f"tool_configurations.{name}.description_template", template


def unknown_fields(
    read: Iterable[velocity.Reference], schema: Mapping[str, Any]
) -> Iterator[tuple[int, str]]:
    """Lines, and what is wrong with a reference there."""
    for reference in read:
        if problem := unknown_metadata(reference.path, schema):
            yield reference.line, problem


def unknown_metadata(path: Sequence[str], schema: Mapping[str, Any]) -> str:
    """Why `session.metadata.…` can never have a value, or nothing."""
    if tuple(path[:2]) != ("session", "metadata"):
        return ""
    for place, name in enumerate(path[2:], start=2):
        properties = schema.get("properties")
        is_open = schema.get("additionalProperties") or schema.get("patternProperties")
        if not isinstance(properties, dict) or not properties or is_open:
            return ""
        if name not in properties:
            near = difflib.get_close_matches(name, properties, n=1, cutoff=0.5)
            meant = f" Did you mean {near[0]!r}?" if near else ""
            known = ", ".join(sorted(properties))
            return (
                f"The agent's metadata schema has no {'.'.join(path[: place + 1])!r}.{meant} "
                f"It has: {known}."
            )
        inner = properties[name]
        schema = inner if isinstance(inner, dict) else {}
        if schema.get("type") != "object":
            # What follows is a method or an index, not a name of the schema.
            return ""
    return ""


def _check_next_steps(steps: Mapping[str, JSON]) -> None:
    for name, step in steps.items():
        for number, choice in enumerate(step.get("next_steps") or ()):
            place = f"steps.{name}.next_steps.{number}"
            if choice["step_name"] not in steps:
                told = f"There is no step {choice['step_name']!r}."
                raise InvalidInput(f"{place}: {told}", {f"{place}.step_name": told})
            try:
                conditions.parse(choice.get("condition") or "true")
            except conditions.ConditionError as exc:
                raise InvalidInput(f"{place}: {exc}", {f"{place}.condition": str(exc)}) from exc
        reentry = step.get("reentry_step")
        if reentry and reentry not in steps:
            place = f"steps.{name}.reentry_step"
            raise InvalidInput(f"{place}: there is no step {reentry!r}.", {place: "No such step."})
