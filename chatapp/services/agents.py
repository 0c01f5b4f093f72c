"""Agents: create and save. Every save leaves a version behind."""

from typing import Any

from django.db import IntegrityError, models, transaction

from chatapp.errors import Conflict
from chatapp.lib.keys import key_from_name
from chatapp.models import Agent, AgentVersion, User
from chatapp.services.metadata import check_metadata_schema

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
