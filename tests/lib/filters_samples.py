"""Declared attributes, metadata that may or may not keep to them, and filters over them."""

from hypothesis import strategies as st

from chatapp.lib import filters
from chatapp.lib.filters import AttributeType, Expr, Level

ATTRIBUTES: dict[tuple[Level, str], AttributeType] = {
    (level, name): kind
    for level in ("doc", "part")
    for name, kind in {
        "n": AttributeType.INTEGER,
        "r": AttributeType.REAL,
        "t": AttributeType.TEXT,
        "b": AttributeType.BOOLEAN,
        "ns": AttributeType.INTEGERS,
        "rs": AttributeType.REALS,
        "ts": AttributeType.TEXTS,
    }.items()
}


def checked(text: str) -> Expr:
    return filters.check(filters.parse(text), ATTRIBUTES)


# Reals of few binary digits are read from JSON alike everywhere, to the last bit.
REALS = st.integers(-4_000, 4_000).map(lambda n: n / 8)
INTEGERS = st.integers(-4, 4) | st.sampled_from([2**53, 2**53 + 1, -(2**63), 2**63 - 1, 10**6])
LETTERS = st.characters(codec="utf-8", exclude_characters="\0")
TEXTS = st.sampled_from(["", "a", "b", "B", "é", "it's", "%s", "1", "true"]) | st.text(
    LETTERS, max_size=5
)

VALUES = st.one_of(
    st.none(),
    st.booleans(),
    INTEGERS,
    REALS,
    TEXTS,
    st.lists(INTEGERS | REALS | TEXTS | st.booleans() | st.none(), max_size=4),
    st.just({"t": "a"}),
)
RIGHT_VALUES = {
    "n": INTEGERS,
    "r": REALS | st.sampled_from([1e20, -1e-30, 1e18]),
    "t": TEXTS,
    "b": st.booleans(),
    "ns": st.lists(INTEGERS, max_size=3),
    "rs": st.lists(REALS, max_size=3),
    "ts": st.lists(TEXTS, max_size=3),
}
BUILT_IN_VALUES = {"lang": TEXTS, "is_title": st.booleans()}
METADATA = st.fixed_dictionaries(
    {},
    optional={
        name: values | VALUES for name, values in {**RIGHT_VALUES, **BUILT_IN_VALUES}.items()
    },
)


def _attributes(*names: str) -> st.SearchStrategy[str]:
    return st.sampled_from([f"{level}.{name}" for level in ("doc", "part") for name in names])


def _join(*parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*parts).map(" ".join)


def _quoted(text: str) -> str:
    return filters.quote_value(text)


_NUMBER = INTEGERS.map(str) | REALS.map(str)
_TEXT = TEXTS.map(_quoted)
_CALCULATION = st.recursive(
    _NUMBER | _attributes("n", "r"),
    lambda inner: st.one_of(
        _join(inner, st.sampled_from(["+", "-", "*", "/", "%"]), inner).map("({})".format),
        inner.map("-({})".format),
        inner.map("+{}".format),
    ),
    max_leaves=4,
)
_WORDS = _TEXT | _attributes("t") | st.sampled_from(["doc.id", "part.lang"])
_COMPARE = st.sampled_from(["=", "==", "!=", "<>", "<", "<=", ">", ">="])
_IS_NULL = st.sampled_from(["IS NULL", "is not null"])
_IN = st.sampled_from(["IN", "not in"])


def _choices(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(values | st.just("null"), min_size=1, max_size=4).map(
        lambda chosen: f"({', '.join(chosen)})"
    )


_SIMPLE = st.one_of(
    _join(_CALCULATION, _COMPARE, _CALCULATION),
    _join(_WORDS, _COMPARE, _WORDS),
    _join(_CALCULATION, _IN, _choices(_NUMBER)),
    _join(_WORDS, _IN, _choices(_TEXT)),
    _join(_TEXT, _IN, _attributes("ts")),
    _join(_NUMBER, _IN, _attributes("ns", "rs")),
    _join(_attributes("n", "r", "t", "b", "ns", "rs", "ts"), _IS_NULL),
    _join(_CALCULATION, _IS_NULL),
    _attributes("b") | st.just("part.is_title"),
    st.sampled_from(["true", "false", "null", "doc.n = null", "null + 1 is null", "null = null"]),
)
FILTERS = st.recursive(
    _SIMPLE,
    lambda inner: st.one_of(
        _join(inner, st.sampled_from(["AND", "or"]), inner),
        inner.map("({})".format),
        inner.map("NOT ({})".format),
        inner.map("({}) is null".format),
        inner.map("true = ({})".format),
        inner.map("({}) in (false, null)".format),
    ),
    max_leaves=6,
)
