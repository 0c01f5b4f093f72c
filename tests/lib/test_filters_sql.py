"""The SQL of each database says what the evaluator says, for any filter and any metadata."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chatapp.lib import filters
from chatapp.lib.filters import Columns, Expr, FilterError
from tests.lib.filters_samples import FILTERS, METADATA, TEXTS, checked

JSON = dict[str, Any]
Ask = Callable[[Expr, str, JSON, JSON], bool | None]


@pytest.fixture(scope="module")
def sqlite() -> Iterator[Ask]:
    connection = sqlite3.connect(":memory:")

    def ask(expression: Expr, key: str, document: JSON, part: JSON) -> bool | None:
        condition, parameters = filters.compile(expression, "sqlite")
        condition = condition.replace("%s", "?").replace("%%", "%")
        (answer,) = connection.execute(
            f"SELECT {condition} FROM (SELECT ? AS key, ? AS metadata) AS d, "
            "(SELECT ? AS metadata) AS p",
            [*parameters, key, json.dumps(document), json.dumps(part)],
        ).fetchone()
        return None if answer is None else bool(answer)

    yield ask
    connection.close()


@pytest.fixture(scope="module")
def postgresql(postgres_url: str) -> Iterator[Ask]:
    connection = psycopg.connect(postgres_url, autocommit=True)

    def ask(expression: Expr, key: str, document: JSON, part: JSON) -> bool | None:
        condition, parameters = filters.compile(expression, "postgresql")
        row = connection.execute(
            f"SELECT {condition} FROM (SELECT %s::text AS key, %s::jsonb AS metadata) AS d, "
            "(SELECT %s::jsonb AS metadata) AS p",
            [*parameters, key, json.dumps(document), json.dumps(part)],
        ).fetchone()
        assert row is not None
        answer: bool | None = row[0]
        return answer

    yield ask
    connection.close()


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)], scope="module"
)
def ask(request: pytest.FixtureRequest) -> Ask:
    answer: Ask = request.getfixturevalue(request.param)
    return answer


@pytest.mark.parametrize("examples", [400, pytest.param(50_000, marks=pytest.mark.long)])
def test_any_filter_means_the_same_in_sql(ask: Ask, examples: int) -> None:
    @given(FILTERS, TEXTS, METADATA, METADATA)
    @example("doc.n = 9007199254740993", "", {"n": 2**53}, {})
    @example("doc.n * doc.n * doc.n * doc.n * doc.n * doc.n > 0", "", {"n": 2**63 - 1}, {})
    @example("doc.r * doc.r / 1e-19 > 0", "", {"r": 1e-19}, {})
    @example("doc.n % -1 = 0", "", {"n": -(2**63)}, {})
    @example("-doc.n > 0 and doc.n / 0 is null and doc.n % 0 is null", "", {"n": -(2**63)}, {})
    @example("doc.r > 1 or doc.n > 1", "", {"r": 10**400, "n": 10**400}, {})
    @example("doc.t > 'a' or doc.t is null", "", {"t": {"t": "b"}}, {"t": ["b"]})
    @example("'a' in doc.ts or 1 in doc.ns", "", {"ts": "a", "ns": 1}, {})
    @example("'a' in doc.ts", "", {"ts": [["a"], {"a": "a"}]}, {})
    @example("1 in doc.ns", "", {"ns": [True, "1", 1.5]}, {})
    @settings(max_examples=examples, deadline=None)
    def same(text: str, key: str, document: JSON, part: JSON) -> None:
        expected = filters.evaluate(checked(text), document_id=key, document=document, part=part)
        assert ask(checked(text), key, document, part) is expected

    same()


def _nested(form: str, levels: int) -> str:
    text = "doc.n = 1"
    for _ in range(levels):
        text = form.format(text)
    return text


@pytest.mark.parametrize(
    "text",
    [
        _nested("({})", 50),
        _nested("1 = 1 and ({})", 49),
        _nested("({}) or doc.b", 49),
        _nested("doc.b and not ({})", 24),
        _nested("not {}", 50),
        _nested("({}) is null", 49),
        _nested("true = ({})", 49),
        _nested("doc.b or (doc.b and ({}))", 24),
        _nested("(doc.b or {}) and (doc.b or part.b)", 24),
        "1 - (1 - (1 - (1 - (1 - (1 - (1 - (1 - doc.n))))))) = 1",
        " or ".join(["1=1"] * 1_000),
        " and ".join(["doc.n=1"] * 500),
        " or ".join(["(doc.b and doc.n=1)"] * 300),
        f"doc.n in ({','.join(['1'] * 1_000)})",
    ],
    ids=range(14),
)
def test_the_deepest_and_longest_filters_are_no_trouble(ask: Ask, text: str) -> None:
    document = {"n": 1, "b": True}
    expected = filters.evaluate(checked(text), document_id="", document=document, part={})
    assert ask(checked(text), "", document, {}) is expected


HOSTILE = [
    "' OR 1=1 --",
    "'; DROP TABLE chatapp_document; --",
    "x' OR 'x'='x",
    "' OR ''='",
    "\\' OR 1=1 --",
    "%s",
    "%(x)s",
    "?",
    "$1",
    "{}",
    "/* */",
    "ʼ OR 1=1",
    "＇ OR 1=1",
    "a\nb",
    "${session.metadata.x}",
]


WIDENING = [
    "1 = 1",
    "true or true",
    "1 = 1) or (1 = 1",
    "true --",
    "true) --",
    "doc.n is null or doc.n is not null",
    "not (doc.n = 1 and false)",
    "' or 1=1 or ''='",
]


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_values_are_found_as_they_are_and_let_nothing_else_through(
    ask: Ask, value: str
) -> None:
    text = f"doc.t = {filters.quote_value(value)}"
    assert ask(checked(text), "", {"t": value}, {}) is True
    assert ask(checked(text), "", {"t": "other"}, {}) is False
    assert ask(checked(text), value, {}, {}) is None


def test_no_filter_widens_the_one_it_is_joined_with(ask: Ask) -> None:
    @given(FILTERS | st.sampled_from(WIDENING), FILTERS, METADATA, METADATA)
    @settings(max_examples=200, deadline=None)
    def narrower(model: str, operator: str, document: JSON, part: JSON) -> None:
        try:
            both = filters.conjunction(checked(operator), checked(model))
        except FilterError:
            return
        if ask(both, "", document, part) is True:
            assert ask(checked(operator), "", document, part) is True

    narrower()


@given(TEXTS)
def test_no_value_of_a_filter_is_in_its_sql(value: str) -> None:
    for dialect in ("sqlite", "postgresql"):
        condition, parameters = filters.compile(
            checked(f"doc.t = {filters.quote_value('needle' + value)} and doc.n = 123454321"),
            dialect,
        )
        assert "needle" not in condition
        assert "123454321" not in condition
        assert condition.count("%s") == len(parameters)


def test_a_filter_that_was_not_checked_is_not_compiled() -> None:
    for text in ("doc.n = 1", "doc.b", "'a' in doc.ts", "doc.ts is null", "doc.t in ('a')"):
        with pytest.raises(FilterError, match="not checked"):
            filters.compile(filters.parse(text), "sqlite")


def test_the_columns_are_the_callers() -> None:
    columns = Columns(document_id="x.id", document="x.json", part="y.json")
    condition, _ = filters.compile(checked("doc.id = 'a' and doc.b and part.b"), "sqlite", columns)
    for column in ("x.id", "x.json", "y.json"):
        assert column in condition
