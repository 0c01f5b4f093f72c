"""Agents, their identity and their secrets."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel

from chatapp.api.pagination import ListMetadata
from chatapp.api.schemas.roles import AgentRole, CorpusRole
from chatapp.models import Agent

JSON = dict[str, Any]
_STEP: JSON = {"instructions": [], "output_parser": {"type": "default"}}


class AgentOut(BaseModel):
    key: str
    name: str
    description: str
    tool_configurations: dict[str, JSON]
    skills: dict[str, JSON]
    model: JSON
    first_step: JSON
    first_step_name: str
    steps: dict[str, JSON]
    metadata: JSON
    metadata_schema: JSON
    starters: list[str]
    enabled: bool
    compaction: JSON | None = None
    tool_output_offloading: JSON | None = None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, agent: Agent, *, in_full: bool) -> "AgentOut":
        """What administrators see; others do not see how the agent is told to behave."""
        name = agent.first_step_name
        steps = {key: {**_STEP, **step} for key, step in agent.steps.items()} if in_full else {}
        return cls(
            key=agent.key,
            name=agent.name,
            description=agent.description,
            tool_configurations=agent.tool_configurations if in_full else {},
            skills=agent.skills if in_full else {},
            model=agent.model if in_full else {"name": agent.model.get("name", "")},
            first_step={"name": name, **steps.get(name, _STEP)},
            first_step_name=name,
            steps=steps,
            metadata=agent.metadata if in_full else {},
            metadata_schema=agent.metadata_schema,
            starters=agent.starters,
            enabled=agent.enabled,
            compaction=agent.compaction or None,
            tool_output_offloading=agent.tool_output_offloading or None,
            created_at=agent.created_at,
            updated_at=agent.updated_at,
        )


class AgentList(BaseModel):
    agents: list[AgentOut]
    metadata: ListMetadata


class AgentPatch(BaseModel):
    """Only what is to change. Null clears; maps are merged; a null member of a map deletes it."""

    name: str | None = None
    description: str | None = None
    model: JSON | None = None
    first_step: JSON | None = None
    first_step_name: str | None = None
    steps: dict[str, JSON | None] | None = None
    tool_configurations: dict[str, JSON | None] | None = None
    skills: dict[str, JSON | None] | None = None
    compaction: JSON | None = None
    tool_output_offloading: JSON | None = None
    metadata: JSON | None = None
    metadata_schema: JSON | None = None
    starters: list[str] | None = None
    enabled: bool | None = None


class IdentityOut(BaseModel):
    mode: Literal["auto", "manual"]
    client_id: str
    api_roles: list[str]
    corpus_roles: list[CorpusRole]
    agent_roles: list[AgentRole]


class IdentityPatch(BaseModel):
    mode: Literal["auto", "manual"] | None = None
    api_roles: list[str] | None = None
    corpus_roles: list[CorpusRole] | None = None
    agent_roles: list[AgentRole] | None = None


class SecretsOut(BaseModel):
    """Names, with masks for values: secrets are never read back."""

    secrets: dict[str, str]
