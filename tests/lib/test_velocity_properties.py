"""What holds for every template, tried on many."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatapp.lib import velocity
from chatapp.lib.velocity import VelocityError
from chatapp.lib.velocity.run import MAX_OUTPUT

FRAGMENTS = [
    "$", "$!", "${", "}", "#", "##", "#*", "*#", "#[[", "]]#", "\\", "\n", " ", "\t", ".", ",",
    ":", "(", ")", "[", "]", "{", "..", "'", '"', "=", "==", "!=", "<", ">=", "&&", "||", "!", "+",
    "-", "*", "/", "%", " and ", " or ", "not ", " eq ", " in ", "true", "false", "0", "1", "99",
    "-1", "2.5", "é", "💡", "#if(", "#elseif(", "#else", "#{else}", "#end", "#foreach($i in ",
    "#set($x = ", "#break", "#stop", "#macro(", "#parse('x')", "#evaluate($s)", "$s", "$l", "$m",
    "$n", "$f", "$x", "$i", "$m.k", "$m.a.b", "$foreach", "$foreach.parent.index", "$s.__class__",
    "$s.class", ".__init__", ".__globals__", "['__class__']", "$s.format($m)", ".size()",
    ".length()", ".get(0)", ".get('k')", ".substring(1)", ".replace('a', 'b')", ".split(',')",
    ".join('-')", ".keySet()", ".entrySet()", ".toString()", ".contains('a')", "[0]", "['k']",
]  # fmt: skip
OPERANDS = [
    "$s", "$l", "$m.k", "$i", "$foreach.count", "'a'", '"$s!"', "1", "2.5", "true", "$m.a.b",
]  # fmt: skip
OPERATORS = ["+", "-", "*", "/", "%", "==", "!=", "<", ">=", "&&", "||", "and", "or"]
TEXTS = ["text", "$s", "$!l", "${m.k}", "$i", "\n", " ", "#break", "$foreach.hasNext", "\\$s"]

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
CONTEXTS = st.fixed_dictionaries(dict.fromkeys(("s", "l", "m", "n", "f"), VALUES))
EXPRESSIONS = st.recursive(
    st.sampled_from(OPERANDS),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(OPERATORS), inner).map(" ".join),
        inner.map("({})".format),
        inner.map("!{}".format),
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        inner.map("{{'k': {}}}".format),
    ),
    max_leaves=6,
)
STATEMENTS = st.recursive(
    st.one_of(
        st.sampled_from(TEXTS),
        EXPRESSIONS.map("#set($x = {})".format),
        EXPRESSIONS.map("#set($m.k = {})".format),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map("".join),
        st.tuples(EXPRESSIONS, inner, inner).map(lambda t: "#if({})\n{}#else {}#end".format(*t)),
        st.tuples(EXPRESSIONS, inner).map(lambda t: "#foreach($i in {}){}#end".format(*t)),
        inner.map("#foreach($i in [1..9]){}#end".format),
    ),
    max_leaves=12,
)
SOUP = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=3), max_size=40).map("".join)


class Watch:
    """Remembers what the interpreter does that a template must never make it do."""

    FORBIDDEN = ("open", "exec", "import", "compile", "subprocess", "socket", "os.", "object.")

    def __init__(self) -> None:
        self.active = False
        self.seen: list[str] = []
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: object) -> None:
        if self.active and event.startswith(self.FORBIDDEN):
            self.seen.append(event)

    @contextmanager
    def over(self) -> Iterator[None]:
        self.active = True
        try:
            yield
        finally:
            self.active = False
        assert self.seen == []


@pytest.fixture(scope="module")
def watch() -> Watch:
    return Watch()


def attempt(source: str, context: dict[str, velocity.Value]) -> str | None:
    try:
        return velocity.render(source, context)
    except VelocityError:
        return None


@given(st.text(alphabet=st.characters(exclude_characters="$#\\")))
def test_text_without_marks_is_itself(text: str) -> None:
    assert velocity.render(text, {}) == text


@pytest.mark.parametrize("sources", [SOUP, STATEMENTS], ids=["soup", "well formed"])
@pytest.mark.parametrize("examples", [250, pytest.param(50_000, marks=pytest.mark.long)])
def test_any_template_renders_or_ends_in_a_named_error(
    watch: Watch, sources: st.SearchStrategy[str], examples: int
) -> None:
    @given(sources, CONTEXTS)
    @settings(max_examples=examples, deadline=None)
    def holds(source: str, context: dict[str, velocity.Value]) -> None:
        before = json.dumps(context)
        with watch.over():
            first = attempt(source, context)
        assert attempt(source, context) == first
        assert first is None or len(first) <= MAX_OUTPUT
        assert json.dumps(context) == before

    holds()


@given(st.text(), CONTEXTS)
def test_a_value_is_printed_and_not_evaluated(
    value: str, context: dict[str, velocity.Value]
) -> None:
    assert velocity.render("[$v]${v}$!v", {**context, "v": value}) == f"[{value}]{value}{value}"


@given(st.text(alphabet=st.characters(exclude_characters="]")))
def test_a_literal_block_is_itself(text: str) -> None:
    assert velocity.render(f"#[[{text}]]#", {"s": "x"}) == text


@given(st.text())
def test_a_string_in_single_quotes_is_itself(text: str) -> None:
    quoted = text.replace("'", "''")
    assert velocity.render(f"#set($x = '{quoted}')$x", {}) == text


@given(VALUES)
def test_lists_and_maps_print_as_json(value: velocity.Value) -> None:
    assert json.loads(velocity.render("$v", {"v": {"it": value}})) == {"it": value}
