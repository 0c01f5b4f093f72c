"""Glossaries: terms and their meanings, kept in an agent's metadata under `glossaries`."""

from collections.abc import Mapping
from typing import Any


def glossary_of(metadata: Mapping[str, Any], key: str) -> dict[str, str]:
    """The terms of one glossary; none if it is not there."""
    glossaries = metadata.get("glossaries")
    terms = glossaries.get(key) if isinstance(glossaries, dict) else None
    pairs = terms.items() if isinstance(terms, dict) else ()
    return {term: meaning for term, meaning in pairs if isinstance(meaning, str)}
