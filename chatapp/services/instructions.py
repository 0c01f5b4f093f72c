"""Shared instructions: each change of one is a new version; agents may stay with an older one."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from chatapp.errors import Conflict, NotFound, Unprocessable
from chatapp.lib import velocity
from chatapp.models import Agent, Instruction, InstructionVersion, User
from chatapp.services import audit
from chatapp.services.agent_checks import check_template
from chatapp.services.metadata import check_metadata


@transaction.atomic
def create_instruction(
    *,
    author: User | None,
    name: str,
    template: str,
    description: str = "",
    metadata: Mapping[str, Any] | None = None,
    enabled: bool = True,
) -> InstructionVersion:
    """Add an instruction, as its first version. Raises InvalidInput for a bad template."""
    check_template(template, "template")
    check_metadata(dict(metadata or {}), {})
    instruction = Instruction.objects.create(
        name=name, description=description, metadata=dict(metadata or {}), enabled=enabled
    )
    _record(author, instruction, "create")
    return instruction.versions.create(number=1, template=template, author=author)


@transaction.atomic
def update_instruction(*, key: str, author: User, changes: Mapping[str, Any]) -> InstructionVersion:
    """Change what `changes` name, and number it as the next version."""
    instruction = Instruction.objects.select_for_update().filter(key=key).first() or _absent(key)
    latest = version_of(instruction, None)
    template = changes.get("template", latest.template)
    check_template(template, "template")
    for field in ("name", "description", "metadata", "enabled"):
        if field in changes:
            setattr(instruction, field, changes[field])
    check_metadata(instruction.metadata, {})
    instruction.save()
    _record(author, instruction, "update")
    return instruction.versions.create(number=latest.number + 1, template=template, author=author)


def instruction_named(key: str) -> Instruction:
    return Instruction.objects.filter(key=key).first() or _absent(key)


def version_of(instruction: Instruction, number: int | None) -> InstructionVersion:
    """That version, or the latest. Raises NotFound."""
    return instruction.version(number) or _absent(instruction.key)


def _absent(key: str) -> Any:
    raise NotFound("Instruction not found.", missing_id=key)


@transaction.atomic
def delete_instruction(*, key: str, actor: User) -> None:
    """Delete all its versions. Agents that refer to it can answer no more."""
    instruction = instruction_named(key)
    _record(actor, instruction, "delete")
    instruction.delete()


@transaction.atomic
def delete_version(*, key: str, number: int, actor: User) -> None:
    """Raises Conflict if an agent uses this version."""
    instruction = instruction_named(key)
    version = version_of(instruction, number)
    is_last = instruction.versions.count() == 1
    for agent in Agent.objects.all():
        for wanted in _references(agent, key):
            if wanted == number or (wanted is None and is_last):
                raise Conflict(f"The agent {agent.key!r} uses this version.")
    if is_last:
        raise Conflict("This is the only version: delete the instruction instead.")
    version.delete()
    instruction.updated_at = timezone.now()
    _record(actor, instruction, "delete_version")


def _references(agent: Agent, key: str) -> list[int | None]:
    return [
        instruction.get("version")
        for step in agent.steps.values()
        for instruction in step.get("instructions", ())
        if instruction.get("id") == key
    ]


def render_test(
    *, version: InstructionVersion, context: Mapping[str, Any], tools: Sequence[Mapping[str, Any]]
) -> str:
    """The text for a made-up session whose metadata is `context`. Raises Unprocessable."""
    values: Any = {
        "agent": {"key": "agent", "name": "Agent", "description": "", "metadata": {}},
        "session": {
            "key": "session",
            "name": "Session",
            "description": "",
            "metadata": dict(context),
        },
        "currentDate": timezone.now().replace(microsecond=0).isoformat().replace("+00:00", "Z"),
        "tools": [
            {"name": tool.get("name", ""), "description": tool.get("description", "")}
            for tool in tools
        ],
    }
    try:
        return velocity.render(version.template, values)
    except velocity.VelocityError as exc:
        raise Unprocessable(f"The template cannot be rendered. {exc}") from exc


def latest_versions(instructions: Sequence[Instruction]) -> dict[int, InstructionVersion]:
    """Instruction → its latest version, in one query."""
    newest = InstructionVersion.objects.filter(instruction=models.OuterRef("instruction")).order_by(
        "-number"
    )
    rows = InstructionVersion.objects.filter(
        instruction__in=instructions, pk=models.Subquery(newest.values("pk")[:1])
    )
    return {row.instruction_id: row for row in rows}


def _record(actor: User | None, instruction: Instruction, action: str) -> None:
    audit.record(
        actor=actor,
        action=f"instruction.{action}",
        object_type="instruction",
        object_key=instruction.key,
    )
