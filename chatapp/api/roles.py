"""What the roles of a key allow. Values only; who holds a key is `auth.py`'s business."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Any, Literal

Area = Enum("Area", "AGENTS SESSIONS CORPORA MODELS ACCOUNT")


class Level(IntEnum):
    READ = 1
    WRITE = 2
    MANAGE = 3


Levels = Mapping[Area, Level]
READ, WRITE, MANAGE = Level
_EVERYTHING: Levels = dict.fromkeys(Area, MANAGE)
_SESSIONS: Levels = {Area.SESSIONS: MANAGE, Area.AGENTS: READ, Area.MODELS: READ}
_AGENTS: Levels = {**_SESSIONS, Area.AGENTS: MANAGE}

ApiRole = Literal[
    "owner",
    "administrator",
    "billing_administrator",
    "corpus_administrator",
    "corpus_developer",
    "agent_administrator",
    "agent_viewer",
    "agent_developer",
    "agent_user",
    "pipeline_administrator",
    "pipeline_viewer",
    "viewer",
    "corpus_viewer",
]
ROLES: Mapping[str, Levels] = {
    "owner": _EVERYTHING,
    "administrator": _EVERYTHING,
    "personal": _EVERYTHING,
    "viewer": dict.fromkeys(Area, READ),
    "agent_administrator": _AGENTS,
    "agent_developer": _AGENTS,
    "agent_user": _SESSIONS,
    "agent_viewer": {Area.AGENTS: READ, Area.SESSIONS: READ},
    "corpus_administrator": {Area.CORPORA: MANAGE, Area.MODELS: READ},
    "corpus_developer": {Area.CORPORA: MANAGE, Area.MODELS: READ},
    "corpus_viewer": {Area.CORPORA: READ},
    "serving": {Area.CORPORA: READ, Area.MODELS: READ},
    "serving_and_indexing": {Area.CORPORA: WRITE, Area.MODELS: WRITE},
}
_CORPUS_ROLES = {"owner": MANAGE, "administrator": MANAGE, "editor": WRITE, "viewer": READ}


@dataclass(frozen=True, slots=True)
class Rule:
    """Levels by area, perhaps for one agent or some corpora only."""

    levels: Levels
    agent_key: str | None = None
    corpus_keys: frozenset[str] | None = None

    def allows(self, area: Area, level: Level, target: Mapping[str, Any]) -> bool:
        if self.levels.get(area, 0) < level:
            return False
        if self.agent_key is not None and target.get("agent_key") != self.agent_key:
            return False
        # Otherwise it would make itself an agent, or a key, without these limits.
        if self.corpus_keys is not None and area not in (Area.CORPORA, Area.MODELS):
            return False
        # A query names its corpora in the body: the operation asks again for each of them.
        named = target.get("corpus_key")
        return self.corpus_keys is None or named is None or named in self.corpus_keys


@dataclass(frozen=True, slots=True)
class Grant:
    """Allows what some rule of each list allows; with no list, everything."""

    each: tuple[tuple[Rule, ...], ...] = ()

    def __and__(self, other: "Grant") -> "Grant":
        return Grant(self.each + other.each)

    def allows(self, area: Area, level: Level, target: Mapping[str, Any]) -> bool:
        return all(any(rule.allows(area, level, target) for rule in rules) for rules in self.each)


def grant_of(roles: Mapping[str, Any], corpus_keys: Collection[str] = ()) -> Grant:
    """Of `api_roles`, `api_key_role`, `corpus_roles` and `agent_roles`; no roles, no limits."""
    names = [*roles.get("api_roles", ()), *filter(None, [roles.get("api_key_role")])]
    scope = frozenset(corpus_keys) or None
    rules = [Rule(ROLES.get(name, {}), corpus_keys=scope) for name in names]
    for entry in roles.get("corpus_roles", ()):
        level = _CORPUS_ROLES.get(entry["role"], READ)
        rules.append(Rule({Area.CORPORA: level}, corpus_keys=frozenset({entry["corpus_key"]})))
    rules += [
        Rule(ROLES.get(entry["role"], {}), agent_key=entry["agent_key"])
        for entry in roles.get("agent_roles", ())
    ]
    return Grant((tuple(rules),)) if rules else Grant()
