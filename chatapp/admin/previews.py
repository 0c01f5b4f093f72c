"""An instruction as the agent would get it, for metadata somebody types or a session they pick."""

import json
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from chatapp.lib import velocity
from chatapp.models import Agent, Session

MOST_NAMES = 100


@dataclass(slots=True)
class Variable:
    """A name the template reads of the session's metadata."""

    name: str
    line: int
    in_schema: bool
    value: Any = None
    nearest: str = ""


@dataclass(slots=True)
class Preview:
    text: str = ""
    error: str = ""
    variables: list[Variable] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)
    warnings: list[velocity.TemplateWarning] = field(default_factory=list)

    @property
    def tokens(self) -> int:
        """Roughly."""
        return len(self.text) // 4 + 1


def preview(request: HttpRequest) -> HttpResponse:
    """The fragment beside the instructions. Nothing is stored."""
    agent = Agent.objects.filter(pk=_number(request.POST.get("agent", ""))).first()
    template = request.POST.get("template", "").replace("\r\n", "\n")
    result = _preview(template, agent, request.POST)
    return render(request, "admin/chatapp/agent/_preview.html", {"preview": result})


def _preview(template: str, agent: Agent | None, given: Any) -> Preview:
    try:
        schema = _object(given.get("metadata_schema", ""), "The metadata schema")
        metadata = _metadata(given)
        return preview_of(template, agent=agent, schema=schema, metadata=metadata)
    except (ValueError, RecursionError) as exc:
        return Preview(error=str(exc))


def preview_of(
    template: str, *, agent: Agent | None, schema: dict[str, Any], metadata: dict[str, Any]
) -> Preview:
    """What the template gives, what it reads, and what it reads that the schema does not know."""
    result = Preview()
    try:
        result.variables, result.unused = _variables(template, schema, metadata)
        result.warnings = velocity.warnings(template)
        result.text = velocity.render(template, _scope(agent, metadata))
    except velocity.VelocityError as exc:
        result.error = str(exc)
    return result


def _variables(
    template: str, schema: dict[str, Any], metadata: dict[str, Any]
) -> tuple[list[Variable], list[str]]:
    known = schema.get("properties")
    names = list(known) if isinstance(known, dict) else []
    found: dict[str, Variable] = {}
    for reference in velocity.references(template):
        if reference.path[:2] != ("session", "metadata") or len(reference.path) < 3:
            continue
        name = reference.path[2]
        nearest = "" if name in names else next(iter(get_close_matches(name, names, 1)), "")
        variable = Variable(name, reference.line, name in names, metadata.get(name), nearest)
        found.setdefault(name, variable)
    unused = [name for name in names if name not in found]
    return list(found.values())[:MOST_NAMES], unused[:MOST_NAMES]


def _scope(agent: Agent | None, metadata: dict[str, Any]) -> dict[str, Any]:
    agent = agent or Agent(key="agent", name="Agent")
    return {
        "agent": {
            "key": agent.key,
            "name": agent.name,
            "description": agent.description,
            "metadata": agent.metadata,
        },
        "session": {
            "key": "ase_preview",
            "name": "Preview",
            "description": "",
            "metadata": metadata,
        },
        "currentDate": timezone.now().replace(microsecond=0).isoformat().replace("+00:00", "Z"),
        "tools": [{"name": name, "description": ""} for name in agent.tool_configurations],
    }


def _metadata(given: Any) -> dict[str, Any]:
    """Of the session whose key was given, else what was typed."""
    key = given.get("session", "").strip()
    if not key:
        return _object(given.get("metadata", ""), "The metadata")
    session = Session.objects.alive().filter(key=key).first()
    if session is None:
        raise ValueError(f"There is no session {key!r}.")
    metadata: dict[str, Any] = session.metadata
    return metadata


def _object(text: str, what: str) -> dict[str, Any]:
    try:
        value = json.loads(text or "{}")
    except json.JSONDecodeError as exc:
        raise ValueError(f"{what}: line {exc.lineno}, column {exc.colno}: {exc.msg}.") from exc
    if not isinstance(value, dict):
        raise ValueError(f"{what} must be a JSON object.")
    return value


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 18 else 0
