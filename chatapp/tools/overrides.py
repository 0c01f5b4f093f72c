"""What the operator fixed, merged over what the model said.

A key with dots (`headers.Authorization`) fixes one leaf; a nested object fixes its whole key.
"""

import copy
from collections.abc import Mapping
from typing import Any

JSON = dict[str, Any]


def merge(arguments: Mapping[str, Any], locked: Mapping[str, Any]) -> JSON:
    """The model's arguments with the locked ones over them."""
    merged = copy.deepcopy(dict(arguments))
    for key, value in locked.items():
        *folders, leaf = key.split(".")
        place = merged
        for folder in folders:
            inner = place.get(folder)
            place[folder] = inner if isinstance(inner, dict) else {}
            place = place[folder]
        place[leaf] = copy.deepcopy(value)
    return merged


def without(arguments: Mapping[str, Any], locked: Mapping[str, Any]) -> JSON:
    """What the model said, out of arguments that locked ones were merged over."""
    own = copy.deepcopy(dict(arguments))
    for key in locked:
        _remove(own, key.split("."))
    return own


def without_locked(schema: Mapping[str, Any], locked: Mapping[str, Any]) -> JSON:
    """The input schema as the model sees it: what is locked is not there."""
    visible = copy.deepcopy(dict(schema))
    for key in locked:
        *folders, leaf = key.split(".")
        place: Any = visible
        for folder in folders:
            place = place.get("properties", {}).get(folder, {})
        place.get("properties", {}).pop(leaf, None)
        if leaf in place.get("required", ()):
            place["required"] = [name for name in place["required"] if name != leaf]
    return visible


def _remove(place: JSON, path: list[str]) -> None:
    """Take a leaf away, and with it the folders that held nothing else."""
    head, *rest = path
    if not rest:
        place.pop(head, None)
        return
    inner = place.get(head)
    if isinstance(inner, dict):
        _remove(inner, rest)
        if not inner:
            del place[head]
