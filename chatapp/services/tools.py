"""Tools people wrote: added, changed, removed. What their code does is checked by `tools/`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction

from chatapp.errors import Conflict, Unprocessable
from chatapp.models import Agent, Tool, User
from chatapp.services import audit


@dataclass(frozen=True, slots=True)
class Signature:
    """What a function takes and gives, read from its code; `errors` if it is no tool."""

    input_schema: dict[str, Any] = field(default_factory=dict)
    output_schema: dict[str, Any] = field(default_factory=dict)
    errors: tuple[str, ...] = ()


@transaction.atomic
def create_lambda(
    *,
    author: User,
    name: str,
    title: str,
    description: str,
    code: str,
    signature: Signature,
    execution_configuration: Mapping[str, Any],
) -> Tool:
    """Add a function. Raises Conflict when there is one of that name."""
    tool = Tool(
        type=Tool.Type.LAMBDA,
        name=name,
        title=title,
        description=description,
        language="python",
        execution_configuration=dict(execution_configuration),
    )
    _set_code(tool, code, signature)
    try:
        with transaction.atomic():
            tool.save()
    except IntegrityError as exc:
        raise Conflict(f"There is a tool named {name!r} already.") from exc
    _record(author, tool, "create")
    return tool


@transaction.atomic
def update_tool(
    *, tool: Tool, actor: User, changes: Mapping[str, Any], signature: Signature | None = None
) -> Tool:
    """Change columns; a change of the code comes with its new signature."""
    changes = dict(changes)
    code = changes.pop("code", None)
    if code is not None and signature is not None:
        _set_code(tool, code, signature)
    for name, value in changes.items():
        setattr(tool, name, value)
    if changes.get("enabled"):
        tool.needs_review, tool.approved = False, {}
    tool.save()
    _record(actor, tool, "update")
    return tool


@transaction.atomic
def delete_tool(*, tool: Tool, actor: User) -> None:
    """Raises Conflict while an agent is configured to use it."""
    for agent in Agent.objects.all():
        if any(c.get("tool_id") == tool.key for c in agent.tool_configurations.values()):
            raise Conflict(f"The agent {agent.key!r} uses this tool.")
    _record(actor, tool, "delete")
    tool.delete()


def _set_code(tool: Tool, code: str, signature: Signature) -> None:
    if signature.errors:
        raise Unprocessable(" ".join(signature.errors))
    tool.code = code
    tool.input_schema, tool.output_schema = signature.input_schema, signature.output_schema
    tool.validation_status, tool.validation_errors = Tool.Validation.VALID, []


def _record(actor: User, tool: Tool, action: str) -> None:
    audit.record(actor=actor, action=f"tool.{action}", object_type="tool", object_key=tool.key)
