"""Secrets of an agent, taken out of what a tool gave back before anybody sees it."""

from collections.abc import Sequence
from typing import Any

MASK = "••••"
# Shorter ones would take ordinary words with them.
SHORTEST = 6


def masked(value: Any, secrets: Sequence[str]) -> Any:
    """A copy with every secret replaced, in keys as in values."""
    secrets = [secret for secret in secrets if len(secret) >= SHORTEST]
    return _masked(value, secrets) if secrets else value


def _masked(value: Any, secrets: Sequence[str]) -> Any:
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, MASK)
        return value
    if isinstance(value, dict):
        return {_masked(key, secrets): _masked(item, secrets) for key, item in value.items()}
    if isinstance(value, list):
        return [_masked(item, secrets) for item in value]
    return value
