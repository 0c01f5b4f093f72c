"""What templates may say, but hardly mean to: told to whoever edits them, never refused."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chatapp.lib import velocity
from chatapp.models import Agent, Instruction
from chatapp.services.glossaries import glossary_of
from chatapp.services.template_checks import templates_of, unknown_fields

JSON = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Notice:
    place: str
    line: int
    message: str


def template_notices(columns: Mapping[str, Any]) -> list[Notice]:
    """Headings that would vanish, and their like, in all templates of an agent."""
    vanishing = [
        notice for place, template in templates_of(columns) for notice in _warnings(place, template)
    ]
    return [*vanishing, *_missing_glossaries(columns), *_misfitting_references(columns)]


def instruction_notices(instruction: Instruction, template: str) -> list[Notice]:
    """The same for a shared one; it must suit every agent that refers to it."""
    agents = [agent for agent in Agent.objects.all() if _refers(agent, instruction.key)]
    misfits = [
        notice
        for agent in agents
        for notice in _misfits(f"agent {agent.key}", template, agent.metadata_schema)
    ]
    return [*_warnings("template", template), *misfits]


def _warnings(place: str, template: str) -> Iterator[Notice]:
    for warning in velocity.warnings(template):
        yield Notice(place, warning.line, warning.message)


def _misfits(place: str, template: str, schema: Mapping[str, Any]) -> Iterator[Notice]:
    for line, problem in unknown_fields(velocity.references(template), schema):
        yield Notice(place, line, problem)


def _missing_glossaries(columns: Mapping[str, Any]) -> Iterator[Notice]:
    for place, reminder in _parts(columns["steps"], "reminders"):
        key = reminder.get("glossary_key")
        if key and not glossary_of(columns["metadata"], key):
            yield Notice(place, 1, f"metadata.glossaries has no {key!r}: nothing will be expanded.")


def _misfitting_references(columns: Mapping[str, Any]) -> Iterator[Notice]:
    for place, entry in _parts(columns["steps"], "instructions"):
        if entry.get("type") == "reference" and columns["metadata_schema"]:
            shared = Instruction.objects.filter(key=entry.get("id")).first()
            version = shared.version(entry.get("version")) if shared else None
            if version:
                yield from _misfits(place, version.template, columns["metadata_schema"])


def _refers(agent: Agent, key: str) -> bool:
    return any(entry.get("id") == key for _, entry in _parts(agent.steps, "instructions"))


def _parts(steps: Mapping[str, JSON], kind: str) -> Iterator[tuple[str, JSON]]:
    for name, step in steps.items():
        for number, entry in enumerate(step.get(kind) or ()):
            yield f"steps.{name}.{kind}.{number}", entry
