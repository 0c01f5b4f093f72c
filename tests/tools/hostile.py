"""Arguments as a model that means harm would write them: JSON text, valid or not."""

import json
from typing import Any

from hypothesis import strategies as st

LOCKS: list[dict[str, Any]] = [
    {"tenant": "acme"},
    {"headers.Authorization": "mine"},
    {"headers": {"Authorization": "mine"}},
    {"tenant": "acme", "limit": 3, "headers.X": "1"},
]
_KEYS = [
    *("tenant", "Tenant", "TENANT", "tenant ", "ten\u0430nt", "ｔenant", "headers", "Headers"),
    *("headers.Authorization", "headers.X", "limit", "query", "$ref", "$$ref", "argument_override"),
    *("__class__", "__proto__", "", "unparsed", "tenant\u200b", "tenant\u0000"),
]
_LEAVES = st.one_of(
    st.sampled_from(["evil", "acme", "", "mine", "${agent.secrets.TOKEN}", "\ud800", "\u0000"]),
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=True),
)
_VALUES = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["Authorization", "X", "$ref", "a.b"]), inner, max_size=3),
    ),
    max_leaves=6,
)


@st.composite
def hostile_arguments(draw: st.DrawFn) -> str:
    """Pairs rather than a dict, so that a key may come twice."""
    pairs = draw(st.lists(st.tuples(st.sampled_from(_KEYS), _VALUES), max_size=5))
    members = (f"{json.dumps(key)}: {json.dumps(value)}" for key, value in pairs)
    text = "{" + ", ".join(members) + "}"
    cut = draw(st.integers(0, 20))
    return text[:-cut] if cut > 18 else text


def hostile_cases() -> st.SearchStrategy[tuple[dict[str, Any], str]]:
    return st.tuples(st.sampled_from(LOCKS), hostile_arguments())
