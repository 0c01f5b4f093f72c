"""What the operator fixed: references resolved, merged over what the model said.

`{"$ref": "session.metadata.user_role"}` becomes the value itself, with its type;
`"${session.metadata.user_role}"` inside a string becomes text, and in a metadata filter a quoted
literal. A reference that leads nowhere is an error, never an empty value. A literal `$ref` key is
written `$$ref`. Keys with dots (`headers.Authorization`) fix one leaf only.
"""

import copy
import re
from collections.abc import Iterator, Mapping
from typing import Any

from chatapp.errors import Unprocessable

_REFERENCE = re.compile(r"\$\{([A-Za-z_][\w.-]*)\}")
_ROOTS = ("session.metadata", "session.key", "session.name", "agent.metadata", "agent.secrets")
FILTER_KEYS = frozenset({"metadata_filter"})


def resolve(value: Any, scope: Mapping[str, Any], *, key: str = "") -> Any:
    """A copy of `value` with every reference replaced. Raises Unprocessable naming the lost one."""
    if isinstance(value, dict):
        if set(value) == {"$ref"}:
            found = look_up(value["$ref"], scope)
            return _as_filter(found) if key in FILTER_KEYS else copy.deepcopy(found)
        return {
            name.replace("$$ref", "$ref", 1) if name == "$$ref" else name: resolve(
                item, scope, key=name
            )
            for name, item in value.items()
        }
    if isinstance(value, list):
        return [resolve(item, scope, key=key) for item in value]
    if isinstance(value, str):
        return _fill_filter(value, scope) if key in FILTER_KEYS else _fill(value, scope)
    return value


def look_up(path: Any, scope: Mapping[str, Any]) -> Any:
    if not isinstance(path, str) or not path.startswith(_ROOTS):
        raise Unprocessable(f"Unresolved reference: {path!r} is not a path that can be used.")
    found: Any = scope
    for step in path.split("."):
        if not isinstance(found, Mapping) or step not in found:
            raise Unprocessable(f"Unresolved reference: there is no {path}.")
        found = found[step]
    return found


def references(value: Any) -> Iterator[str]:
    """Every path that `resolve` would look up."""
    if isinstance(value, dict):
        if set(value) == {"$ref"}:
            yield str(value["$ref"])
            return
        for item in value.values():
            yield from references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)
    elif isinstance(value, str):
        yield from _REFERENCE.findall(value)


def merge(arguments: Mapping[str, Any], locked: Mapping[str, Any]) -> dict[str, Any]:
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


def without_locked(schema: Mapping[str, Any], locked: Mapping[str, Any]) -> dict[str, Any]:
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


def _fill(text: str, scope: Mapping[str, Any]) -> str:
    return _REFERENCE.sub(lambda match: _text(look_up(match[1], scope)), text)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise Unprocessable("Only text, numbers and booleans can stand inside a text.")


def _fill_filter(text: str, scope: Mapping[str, Any]) -> str:
    """Values become literals of the filter language, so that none can say more than itself."""
    from chatapp.lib.filters import quote_value

    filled, place = [], 0
    for match in _REFERENCE.finditer(text):
        filled.append(text[place : match.start()])
        value = look_up(match[1], scope)
        inside_quotes = text[: match.start()].count("'") % 2 == 1
        filled.append(_text(value).replace("'", "''") if inside_quotes else quote_value(value))
        place = match.end()
    return "".join([*filled, text[place:]])


def _as_filter(value: Any) -> str:
    """A whole filter taken from metadata: only text can be one."""
    if not isinstance(value, str) or not value.strip():
        raise Unprocessable("A metadata filter must be a text that is not empty.")
    return value
