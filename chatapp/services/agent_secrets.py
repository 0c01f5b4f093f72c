"""Secrets of an agent: written, used by its tools, never read back."""

from collections.abc import Mapping

from django.conf import settings
from django.db import transaction

from chatapp.lib.sealing import Sealer
from chatapp.models import Agent, User
from chatapp.services import audit

MASK = "****"


@transaction.atomic
def set_secrets(
    *, agent: Agent, actor: User, secrets: Mapping[str, str | None], replace: bool
) -> Agent:
    """Seal and store. Null deletes; the mask, sent back, leaves a secret as it is."""
    kept = {} if replace else dict(agent.secrets)
    for name, value in secrets.items():
        if value == MASK and name in agent.secrets:
            kept[name] = agent.secrets[name]
        elif value is None:
            kept.pop(name, None)
        else:
            kept[name] = _sealer().seal(value)
    agent.secrets = kept
    agent.save(update_fields=["secrets", "updated_at"])
    audit.record(
        actor=actor,
        action="agent.secrets",
        object_type="agent",
        object_key=agent.key,
        detail={"names": sorted(kept)},
    )
    return agent


def open_secrets(agent: Agent) -> dict[str, str]:
    """Name → value, for the tools of a turn. Never for events, logs or answers."""
    return {name: _sealer().open(sealed) for name, sealed in agent.secrets.items()}


def _sealer() -> Sealer:
    return Sealer(settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
