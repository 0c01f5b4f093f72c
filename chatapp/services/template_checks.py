"""Templates, references and conditions of agents, looked at before they are stored."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chatapp.errors import InvalidInput
from chatapp.lib import conditions, velocity
from chatapp.services.references import references

JSON = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that may be stored, but is hardly meant."""

    place: str
    line: int
    message: str


def check_template(
    template: str, place: str, metadata_schema: Mapping[str, Any] | None = None
) -> None:
    """Raises InvalidInput, with the line, for what does not parse or is not in the schema."""
    try:
        read = velocity.references(template)
    except velocity.VelocityError as exc:
        raise InvalidInput(f"{place}: {exc}", {place: str(exc)}) from exc
    for reference in read:
        problem = unknown_metadata(reference.path, metadata_schema or {})
        if problem:
            told = f"Line {reference.line}: {problem}"
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


def template_notices(columns: Mapping[str, Any]) -> list[Notice]:
    """Headings that would vanish, and their like, in all templates of an agent."""
    vanishing = [
        Notice(place, warning.line, warning.message)
        for place, template in templates_of(columns)
        for warning in velocity.warnings(template)
    ]
    return [*vanishing, *_missing_glossaries(columns)]


def glossary_of(metadata: Mapping[str, Any], key: str) -> dict[str, str]:
    """Terms and their meanings, out of an agent's metadata; empty if there are none."""
    glossaries = metadata.get("glossaries")
    terms = glossaries.get(key) if isinstance(glossaries, dict) else None
    pairs = terms.items() if isinstance(terms, dict) else ()
    return {term: meaning for term, meaning in pairs if isinstance(meaning, str)}


def _missing_glossaries(columns: Mapping[str, Any]) -> Iterator[Notice]:
    for name, step in columns["steps"].items():
        for number, reminder in enumerate(step.get("reminders") or ()):
            key = reminder.get("glossary_key")
            if key and not glossary_of(columns["metadata"], key):
                told = f"metadata.glossaries has no {key!r}: nothing will be expanded."
                yield Notice(f"steps.{name}.reminders.{number}", 1, told)


def templates_of(columns: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, step in columns["steps"].items():
        for kind in ("instructions", "reminders"):
            for number, one in enumerate(step.get(kind) or ()):
                if "template" in one:
                    yield f"steps.{name}.{kind}.{number}.template", one["template"]
    for name, configuration in columns["tool_configurations"].items():
        if template := configuration.get("description_template"):
            yield f"tool_configurations.{name}.description_template", template


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
