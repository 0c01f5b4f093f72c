"""Which language model serves a name, and the default one that settings may define."""

from django.conf import settings
from django.db import transaction

from chatapp.models import Llm

BUILTIN = "builtin"


@transaction.atomic
def ensure_default_llm() -> Llm:
    """Make the default row say what the settings say; called at start."""
    if settings.LLM_MODEL:
        values = {
            "provider": settings.LLM_PROVIDER,
            "base_url": settings.LLM_BASE_URL,
            "secret": settings.LLM_API_KEY,
            "upstream_name": settings.LLM_MODEL,
            "description": "From the environment.",
        }
        name = settings.LLM_MODEL
    else:
        values = {
            "provider": BUILTIN,
            "context_window": 1_000_000,
            "description": "Offline: plans by rules, quotes what it finds.",
        }
        name = BUILTIN
    Llm.objects.filter(is_default=True).exclude(name=name).update(is_default=False)
    llm, _ = Llm.objects.update_or_create(
        name=name, defaults={**values, "is_default": True, "enabled": True}
    )
    Llm.objects.get_or_create(
        name=BUILTIN, defaults={"provider": BUILTIN, "context_window": 1_000_000}
    )
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
