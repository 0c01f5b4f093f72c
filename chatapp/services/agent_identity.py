"""The roles an agent acts with: following its tools, or frozen by hand."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from chatapp.models import Agent, User
from chatapp.services import audit


def identity_of(agent: Agent) -> dict[str, Any]:
    """The roles the agent acts with. `auto`: as its tools need; `manual`: as they were set."""
    if agent.identity.get("mode") == "manual":
        return {**_identity_needed(agent), **agent.identity}
    return _identity_needed(agent)


def _identity_needed(agent: Agent) -> dict[str, Any]:
    corpora: set[str] = set()
    agents: set[str] = set()
    for configuration in agent.tool_configurations.values():
        search = configuration.get("query_configuration", {}).get("search", {})
        for corpus in search.get("corpora") or ():
            if isinstance(corpus, dict) and isinstance(corpus.get("corpus_key"), str):
                corpora.add(corpus["corpus_key"])
        if settings_of := configuration.get("sub_agent_configuration"):
            agents.add(settings_of["agent_key"])
    return {
        "mode": "auto",
        "client_id": f"agent_{agent.pk}",
        "api_roles": [],
        "corpus_roles": [{"corpus_key": key, "role": "viewer"} for key in sorted(corpora)],
        "agent_roles": [{"agent_key": key, "role": "agent_user"} for key in sorted(agents)],
    }


@transaction.atomic
def update_identity(*, agent: Agent, actor: User, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Freeze the roles (`manual`), or let them follow the tools again (`auto`)."""
    identity = {**identity_of(agent), **changes}
    identity.pop("client_id")
    agent.identity = identity if identity["mode"] == "manual" else {}
    agent.save(update_fields=["identity", "updated_at"])
    audit.record(actor=actor, action="agent.identity", object_type="agent", object_key=agent.key)
    return identity_of(agent)
