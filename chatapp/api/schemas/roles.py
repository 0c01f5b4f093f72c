"""Roles of keys, clients, users and agents, as the wire has them."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from chatapp.api.roles import ApiRole

Keys = Annotated[str, Field(min_length=1, max_length=50)]


class CorpusRole(BaseModel):
    corpus_key: Keys
    role: Literal["owner", "administrator", "viewer", "editor"]


class AgentRole(BaseModel):
    agent_key: Keys
    role: Literal["agent_administrator", "agent_viewer", "agent_developer", "agent_user"]


class RolesIn(BaseModel):
    """Every request that grants roles has these members."""

    api_roles: Annotated[list[ApiRole] | None, Field(max_length=20)] = None
    corpus_roles: Annotated[list[CorpusRole] | None, Field(max_length=1000)] = None
    agent_roles: Annotated[list[AgentRole] | None, Field(max_length=1000)] = None

    def granted(self, before: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The roles as they are kept: those given, over those `before`; empty lists go."""
        names = ("api_roles", "corpus_roles", "agent_roles")
        given = self.model_dump(mode="json", exclude_unset=True, include=set(names))
        merged = {**(before or {}), **given}
        return {name: merged[name] for name in names if merged.get(name)}


class RolesOut(BaseModel):
    api_roles: list[str] | None = None
    corpus_roles: list[CorpusRole] | None = None
    agent_roles: list[AgentRole] | None = None
