"""Which language model serves a name, and the default one that settings may define."""

from typing import Any

from django.conf import settings
from django.db import transaction

from chatapp.models import Llm, User
from chatapp.services import audit

BUILTIN = "builtin"
FROM_ENVIRONMENT = "From the environment."


@transaction.atomic
def ensure_default_llm() -> Llm:
    """Make the default row say what the settings say; called at start.

    Where they say nothing, the default that somebody chose stays; else it is the built-in model.
    """
    builtin, _ = Llm.objects.get_or_create(
        name=BUILTIN,
        defaults={
            "provider": BUILTIN,
            "context_window": 1_000_000,
            "description": "Offline: plans by rules, quotes what it finds.",
        },
    )
    if not settings.LLM_MODEL:
        chosen = Llm.objects.filter(is_default=True, enabled=True)
        return chosen.exclude(description=FROM_ENVIRONMENT).first() or _make_default(builtin)
    values: dict[str, Any] = {
        "provider": settings.LLM_PROVIDER,
        "base_url": settings.LLM_BASE_URL,
        "secret": settings.LLM_API_KEY,
        "upstream_name": settings.LLM_MODEL,
        "description": FROM_ENVIRONMENT,
    }
    llm, _ = Llm.objects.update_or_create(name=settings.LLM_MODEL, defaults=values)
    return _make_default(llm)


def _make_default(llm: Llm) -> Llm:
    Llm.objects.filter(is_default=True).exclude(pk=llm.pk).update(is_default=False)
    llm.is_default = llm.enabled = True
    llm.save(update_fields=["is_default", "enabled"])
    return llm


def llm_for(name: str) -> Llm:
    """The enabled row of this name or alias, else the default one."""
    rows = list(Llm.objects.filter(enabled=True))
    for llm in rows:
        if llm.name == name:
            return llm
    for llm in rows:
        if name in llm.aliases:
            return llm
    return next((llm for llm in rows if llm.is_default), None) or ensure_default_llm()


@transaction.atomic
def save_llm(*, llm: Llm, actor: User) -> Llm:
    """Store a row somebody has edited. There is one default: a new one takes its place."""
    if llm.is_default:
        Llm.objects.filter(is_default=True).exclude(pk=llm.pk).update(is_default=False)
    llm.save()
    audit.record(actor=actor, action="llm.save", object_type="llm", object_key=llm.name)
    return llm


@transaction.atomic
def delete_llm(*, llm: Llm, actor: User) -> None:
    """Agents that asked for it are served by the default one from now on."""
    audit.record(actor=actor, action="llm.delete", object_type="llm", object_key=llm.name)
    llm.delete()
