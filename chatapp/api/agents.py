"""/v2/agents, with the identity and the secrets of each."""

from typing import Annotated, Any

from ninja import Query
from pydantic import BaseModel, Field

from chatapp.api.auth import ApiRequest
from chatapp.api.idempotent import idempotent
from chatapp.api.pagination import FilterQuery, page_of
from chatapp.api.roles import Area
from chatapp.api.routing import ApiRouter, admin_only
from chatapp.api.schemas.agents import (
    AgentList,
    AgentOut,
    AgentPatch,
    IdentityOut,
    IdentityPatch,
    SecretsOut,
)
from chatapp.models import Agent
from chatapp.services import agent_identity, agent_secrets, agents
from chatapp.services.agent_drafts import AgentDraft

router = ApiRouter(Area.AGENTS, "Agents", "/agents")

SecretName = Annotated[str, Field(pattern=r"^[0-9a-zA-Z_-]{1,100}$")]


class AgentQuery(FilterQuery):
    enabled: bool | None = None


class SecretsPut(BaseModel):
    secrets: dict[SecretName, Annotated[str, Field(max_length=10_000)]]


class SecretsPatch(BaseModel):
    secrets: dict[SecretName, Annotated[str | None, Field(max_length=10_000)]]


@router.get("", response=AgentList, operation_id="listAgents")
def list_agents(request: ApiRequest, query: Query[AgentQuery]) -> AgentList:
    rows = Agent.objects.visible_to(request.auth.user)
    if query.enabled is not None:
        rows = rows.filter(enabled=query.enabled)
    page = page_of(rows, query, scope=f"agents.{request.auth.user.pk}", matches=query.of_rows())
    in_full = request.auth.user.is_admin
    items = [AgentOut.of(agent, in_full=in_full) for agent in page.items]
    return AgentList(agents=items, metadata=page.metadata)


@router.post("", response={201: AgentOut}, operation_id="createAgent")
@admin_only
@idempotent
def create_agent(request: ApiRequest, draft: AgentDraft) -> Any:
    agent = agents.create_from_draft(author=request.auth.user, draft=draft)
    return AgentOut.of(agent, in_full=True)


@router.get("/{agent_key}", response=AgentOut, operation_id="getAgent")
def get_agent(request: ApiRequest, agent_key: str) -> AgentOut:
    agent = Agent.objects.access(request.auth.user, agent_key)
    return AgentOut.of(agent, in_full=request.auth.user.is_admin)


@router.patch("/{agent_key}", response=AgentOut, operation_id="updateAgent")
@admin_only
def update_agent(request: ApiRequest, agent_key: str, patch: AgentPatch) -> AgentOut:
    agent = Agent.objects.access(request.auth.user, agent_key)
    changes = patch.model_dump(exclude_unset=True)
    agent = agents.patch_agent(agent=agent, author=request.auth.user, patch=changes)
    return AgentOut.of(agent, in_full=True)


@router.put("/{agent_key}", response=AgentOut, operation_id="replaceAgent")
@admin_only
def replace_agent(request: ApiRequest, agent_key: str, draft: AgentDraft) -> AgentOut:
    agent = Agent.objects.access(request.auth.user, agent_key)
    agent = agents.replace_agent(agent=agent, author=request.auth.user, draft=draft)
    return AgentOut.of(agent, in_full=True)


@router.delete("/{agent_key}", response={204: None}, operation_id="deleteAgent")
@admin_only
def delete_agent(request: ApiRequest, agent_key: str) -> None:
    agent = Agent.objects.access(request.auth.user, agent_key)
    agents.delete_agent(agent=agent, actor=request.auth.user)


@router.get("/{agent_key}/identity", response=IdentityOut, operation_id="getAgentIdentity")
@admin_only
def get_identity(request: ApiRequest, agent_key: str) -> IdentityOut:
    agent = Agent.objects.access(request.auth.user, agent_key)
    return IdentityOut.model_validate(agent_identity.identity_of(agent))


@router.patch("/{agent_key}/identity", response=IdentityOut, operation_id="updateAgentIdentity")
@admin_only
def update_identity(request: ApiRequest, agent_key: str, patch: IdentityPatch) -> IdentityOut:
    agent = Agent.objects.access(request.auth.user, agent_key)
    changes = patch.model_dump(mode="json", exclude_none=True)
    identity = agent_identity.update_identity(agent=agent, actor=request.auth.user, changes=changes)
    return IdentityOut.model_validate(identity)


@router.get("/{agent_key}/secrets", response=SecretsOut, operation_id="getAgentSecrets")
@admin_only
def get_secrets(request: ApiRequest, agent_key: str) -> SecretsOut:
    return _masked(Agent.objects.access(request.auth.user, agent_key))


@router.put("/{agent_key}/secrets", response=SecretsOut, operation_id="putAgentSecrets")
@admin_only
def replace_secrets(request: ApiRequest, agent_key: str, body: SecretsPut) -> SecretsOut:
    return _set_secrets(request, agent_key, body.secrets, replace=True)


@router.patch("/{agent_key}/secrets", response=SecretsOut, operation_id="patchAgentSecrets")
@admin_only
def update_secrets(request: ApiRequest, agent_key: str, body: SecretsPatch) -> SecretsOut:
    return _set_secrets(request, agent_key, body.secrets, replace=False)


def _set_secrets(
    request: ApiRequest, agent_key: str, secrets: dict[str, Any], *, replace: bool
) -> SecretsOut:
    agent = Agent.objects.access(request.auth.user, agent_key)
    return _masked(
        agent_secrets.set_secrets(
            agent=agent, actor=request.auth.user, secrets=secrets, replace=replace
        )
    )


def _masked(agent: Agent) -> SecretsOut:
    return SecretsOut(secrets=dict.fromkeys(agent.secrets, agent_secrets.MASK))
