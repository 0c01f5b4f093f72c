"""Agents: create, change and delete. Every save leaves a version behind."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, models, transaction

from chatapp.errors import Conflict, InvalidInput
from chatapp.lib.keys import key_from_name
from chatapp.models import Agent, AgentVersion, User
from chatapp.services import audit
from chatapp.services.agent_checks import check_agent
from chatapp.services.agent_drafts import AgentDraft, as_draft, parse_draft, patched
from chatapp.services.metadata import check_metadata_schema
from chatapp.services.sessions import purge_sessions

SNAPSHOT_FIELDS = (
    *("key", "name", "description", "model", "first_step_name", "steps", "tool_configurations"),
    *("skills", "compaction", "tool_output_offloading", "metadata", "metadata_schema"),
    *("starters", "show_thinking", "enabled"),
)


@transaction.atomic
def create_agent(*, author: User | None, name: str, key: str | None = None, **fields: Any) -> Agent:
    """Add an agent. `fields` are columns of Agent. Raises Conflict when the key is taken."""
    agent = Agent(key=key or key_from_name("agt", name), name=name, owner=author, **fields)
    agent.steps = agent.steps or {agent.first_step_name: {"output_parser": {"type": "default"}}}
    if Agent.objects.filter(key=agent.key).exists():
        raise Conflict(f"There is an agent with the key {agent.key!r} already.")
    return save_agent(agent=agent, author=author, note="Created")


def create_from_draft(*, author: User, draft: AgentDraft) -> Agent:
    """Add an agent as the wire describes one."""
    columns = draft.columns()
    check_agent(columns, {})
    return create_agent(author=author, key=draft.key, **columns)


def replace_agent(*, agent: Agent, author: User, draft: AgentDraft) -> Agent:
    """Make everything but the key as the draft says."""
    if draft.key not in (None, agent.key):
        raise InvalidInput("The key of an agent cannot be changed.", {"key": "Cannot change."})
    return _change(agent, author, draft.columns(), "Replaced")


def patch_agent(*, agent: Agent, author: User, patch: Mapping[str, Any]) -> Agent:
    """Change what the patch names (wire contract, §6)."""
    return _change(agent, author, parse_draft(patched(as_draft(agent), patch)).columns(), "Changed")


@transaction.atomic
def _change(agent: Agent, author: User, columns: dict[str, Any], note: str) -> Agent:
    check_agent(columns, as_draft(agent))
    for field, value in columns.items():
        setattr(agent, field, value)
    return save_agent(agent=agent, author=author, note=note)


@transaction.atomic
def save_agent(*, agent: Agent, author: User | None, note: str = "") -> Agent:
    """Store the agent as it is now, and a version of it."""
    check_metadata_schema(agent.metadata_schema)
    try:
        with transaction.atomic():
            agent.save()
    except IntegrityError as exc:
        raise Conflict(f"There is an agent with the key {agent.key!r} already.") from exc
    last = agent.versions.aggregate(last=models.Max("number"))["last"] or 0
    AgentVersion.objects.create(
        agent=agent, number=last + 1, snapshot=snapshot(agent), author=author, note=note
    )
    return agent


def snapshot(agent: Agent) -> dict[str, Any]:
    return {field: getattr(agent, field) for field in SNAPSHOT_FIELDS}


@transaction.atomic
def delete_agent(*, agent: Agent, actor: User) -> None:
    """Delete the agent, its sessions and all that is in them, for good."""
    audit.record(actor=actor, action="agent.delete", object_type="agent", object_key=agent.key)
    purge_sessions(agent.sessions.all())
    agent.delete()
