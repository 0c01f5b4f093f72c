"""References of tool configurations to the session and the agent.

`{"$ref": "session.metadata.user_role"}` becomes the value itself, with its type;
`"${session.metadata.user_role}"` inside a string becomes text, and in a metadata filter a quoted
literal. A reference that leads nowhere is an error, never an empty value; `${HOME}` is none, but
text, outside of filters. A literal `$ref` key is written `$$ref`.
"""

import copy
import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils import timezone

from chatapp.errors import Unprocessable
from chatapp.lib.filters import FilterError, quote_value
from chatapp.models import Agent, Session

JSON = dict[str, Any]
FILTER_KEYS = frozenset({"metadata_filter"})
_REFERENCE = re.compile(r"\$\{((?:session|agent)\.[\w.-]+)\}")
_IN_FILTER = re.compile(r"\$\{([A-Za-z_][\w.-]*)\}")
_ROOTS = ("session.metadata.", "agent.metadata.", "agent.secrets.")
_PATHS = ("session.key", "session.name", "session.metadata", "agent.key", "agent.metadata")


def scope_of(agent: Mapping[str, Any], session: Session) -> JSON:
    """What templates, references and conditions may speak of. `agent` is a version's snapshot."""
    now = timezone.now().replace(microsecond=0)
    return {
        "session": {
            "key": session.key,
            "name": session.name,
            "description": session.description,
            "metadata": session.metadata,
        },
        "agent": {name: agent[name] for name in ("key", "name", "description", "metadata")},
        "currentDate": now.isoformat().replace("+00:00", "Z"),
    }


def with_secrets(scope: Mapping[str, Any], secrets: Mapping[str, str]) -> JSON:
    """A scope in which references may name the agent's secrets; never one for templates."""
    return {**scope, "agent": {**scope["agent"], "secrets": dict(secrets)}}


def resolve(value: Any, scope: Mapping[str, Any], *, key: str = "") -> Any:
    """A copy of `value` with every reference replaced. Raises Unprocessable naming the lost one.

    What lies under a key that ends in `_template` is in a language of its own, and left alone.
    """
    if key.endswith("_template"):
        return copy.deepcopy(value)
    if isinstance(value, dict):
        if set(value) == {"$ref"}:
            found = look_up(value["$ref"], scope)
            return _as_filter(found) if key in FILTER_KEYS else copy.deepcopy(found)
        return {
            "$ref" if name == "$$ref" else name: resolve(item, scope, key=name)
            for name, item in value.items()
        }
    if isinstance(value, list):
        return [resolve(item, scope, key=key) for item in value]
    if isinstance(value, str):
        return _fill_filter(value, scope) if key in FILTER_KEYS else _fill(value, scope)
    return value


def look_up(path: Any, scope: Mapping[str, Any]) -> Any:
    if not isinstance(path, str) or not (path in _PATHS or path.startswith(_ROOTS)):
        raise Unprocessable(f"Unresolved reference: {path!r} is not a path that can be used.")
    found: Any = scope
    for step in path.split("."):
        if not isinstance(found, Mapping) or step not in found:
            raise Unprocessable(f"Unresolved reference: there is no {path}.")
        found = found[step]
    return found


def references(value: Any, *, key: str = "") -> Iterator[str]:
    """Every path that `resolve` would look up."""
    if key.endswith("_template"):
        return
    if isinstance(value, dict):
        if set(value) == {"$ref"}:
            yield str(value["$ref"])
            return
        for name, item in value.items():
            yield from references(item, key=name)
    elif isinstance(value, list):
        for item in value:
            yield from references(item, key=key)
    elif isinstance(value, str):
        yield from (_IN_FILTER if key in FILTER_KEYS else _REFERENCE).findall(value)


def check_references(agent: Agent, session: Session) -> None:
    """At the start of a session: whatever the tools refer to must be there already."""
    named = {name: getattr(agent, name) for name in ("key", "name", "description", "metadata")}
    scope = with_secrets(scope_of(named, session), dict.fromkeys(agent.secrets, ""))
    for name, configuration in agent.tool_configurations.items():
        lost = [path for path in references(configuration) if _is_lost(path, scope)]
        if lost:
            listed = ", ".join(dict.fromkeys(lost))
            raise Unprocessable(
                f"Failed to resolve eager references: tool {name!r}: unresolved refs [{listed}]"
            )


def _is_lost(path: str, scope: Mapping[str, Any]) -> bool:
    try:
        look_up(path, scope)
    except Unprocessable:
        return True
    return False


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
    filled, place = [], 0
    for match in _IN_FILTER.finditer(text):
        filled.append(text[place : match.start()])
        value = look_up(match[1], scope)
        inside_quotes = text[: match.start()].count("'") % 2 == 1
        filled.append(_text(value).replace("'", "''") if inside_quotes else _literal(value))
        place = match.end()
    return "".join([*filled, text[place:]])


def _literal(value: Any) -> str:
    try:
        return quote_value(value)
    except FilterError as exc:
        raise Unprocessable(exc.message) from exc


def _as_filter(value: Any) -> str:
    """A whole filter taken from metadata: only text can be one."""
    if not isinstance(value, str) or not value.strip():
        raise Unprocessable("A metadata filter must be a text that is not empty.")
    return value
