"""What a filter means, and what is refused."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatapp.lib import filters
from chatapp.lib.filters import FilterError
from chatapp.lib.filters.nodes import Among, Literal
from tests.lib.filters_samples import ATTRIBUTES, FILTERS, METADATA, checked

DOCUMENT = {
    "n": 2020,
    "r": 1.5,
    "t": "it's",
    "b": True,
    "ts": ["red", "blue"],
    "ns": [1, 2],
    "rs": [0.5],
}
PART = {"n": -3, "t": "ai", "is_title": False, "r": "not a number", "b": 1}


def truth(text: str) -> bool | None:
    return filters.evaluate(checked(text), document_id="d1", document=DOCUMENT, part=PART)


@pytest.mark.parametrize(
    "text",
    [
        "doc.n = 2020 and doc.n == 2020 AND doc.n != 2019 And doc.n <> 2019",
        "doc.n >= 2020 and doc.n <= 2020 and doc.n > 2019.5 and 2021 > doc.n",
        "doc.t = 'it''s' and part.t < 'b' and part.t > 'Z'",
        "doc.b and doc.b = true and not part.is_title and part.is_title != true",
        "doc.id = 'd1' and doc.id in ('d0', 'd1')",
        "doc.n in (1, 2020) and doc.n not in (1, 2) and part.n in (-3)",
        "doc.n in ((1, 2), (2020))",
        "'red' in doc.ts and 'green' not in doc.ts and 2 IN doc.ns and 0.5 in doc.rs",
        "part.lang is null and doc.ts is not null and part.ts IS NULL",
        "doc.n % 4 = 0 and part.n % 2 = -1 and 7 / 2 = 3.5 and 7.9 % 4.9 = 3",
        "(doc.n + 1) * 2 - 2 = 4040 and -doc.n < 0 and +doc.n > -5 and 1 - -1 = 2",
        "1 + 2 * 3 = 7 and 10 - 3 - 2 = 5 and 8 / 4 / 2 = 1",
        "false or true and true",
        "not false and not (true and false) and not not true",
        "(doc.n = 2020) = (doc.t is not null)",
        "doc.r = 1.5 and doc.r < 2 and .5 < doc.r and 1.5e0 = doc.r and doc.n = 2020.0",
    ],
)
def test_these_are_true(text: str) -> None:
    assert truth(text) is True


@pytest.mark.parametrize(
    "text",
    [
        "part.n > 0",
        "doc.t = 'It''s'",
        "'green' in doc.ts",
        "'RED' in doc.ts",
        "part.lang = 'en' and false",
        "doc.n not in (2020, null)",
        "doc.id is null",
        "doc.n < 2020 or part.is_title",
    ],
)
def test_these_are_false(text: str) -> None:
    assert truth(text) is False


@pytest.mark.parametrize(
    "text",
    [
        "part.lang = 'en'",
        "not (part.lang = 'en')",
        "part.lang != 'en'",
        "part.r > 1",
        "part.b",
        "part.r + 1 > 0",
        "doc.n / 0 > 1",
        "doc.n % 0 = 0",
        "doc.n = null",
        "doc.n != null",
        "doc.n in (1, null)",
        "part.lang in ('en')",
        "'a' in part.ts",
        "'a' not in part.ts",
        "part.lang = 'en' or false",
        "part.lang = 'en' and true",
        "null",
        "null in (1)",
        "null = null",
        "null in (null)",
    ],
)
def test_what_is_not_known_is_neither_true_nor_false(text: str) -> None:
    assert truth(text) is None


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("", 0),
        ("   ", 3),
        ("doc.n", 0),
        ("1", 0),
        ("'x'", 0),
        ("doc.n =", 7),
        ("doc.n = 1 = 1", 10),
        ("doc.n = 1 doc.n = 2", 10),
        ("(doc.n = 1", 10),
        ("doc.n = 1)", 9),
        ("doc.n = 1 or", 12),
        ("or doc.n = 1", 0),
        ("doc.n = 1 or or true", 13),
        ("not", 3),
        ("doc.n = not true", 8),
        ("doc.n is 1", 9),
        ("doc.n is not", 12),
        ("doc.n in ()", 10),
        ("doc.n in 1", 9),
        ("doc.n in (doc.r)", 10),
        ("doc.n not 1", 10),
        ("doc.n in (1,)", 12),
        ("doc.t = 'open", 8),
        ('doc.t = "a"', 8),
        ("doc.t like 'a%'", 6),
        ("doc.t = 'a' -- x", 15),
        ("doc.t = 'a'; drop", 11),
        ("doc.t = 'a' /* x */", 15),
        ("n = 1", 0),
        ("doc . n = 1", 0),
        ("DOC.n = 1", 0),
        ("doc.metadata.n = 1", 0),
        ("doc.n.m = 1", 0),
        ("doc. n = 1", 0),
        ("session.n = 1", 0),
        ("doc.n = 0x10", 8),
        ("doc.n = 1.", 8),
        ("doc.n = 1_000", 8),
        ("doc.n = 5e", 8),
        ("doc.n = ¹", 8),
        ("doc.n ＝ 1", 6),
        ("doc.n = ${session.metadata.n}", 8),
        ("doc.t = 'a\0b'", 8),
        ("doc.t = '\ud800'", 8),
        ("doc.n = 9223372036854775808", 8),
        ("doc.n = 1e400", 8),
        ("doc.n = 1" + "0" * 5000, 8),
    ],
)
def test_what_is_not_understood_is_an_error_with_its_place(text: str, position: int) -> None:
    with pytest.raises(FilterError) as raised:
        checked(text)
    assert raised.value.position == position


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("doc.nope = 1", "doc.nope is not a filter attribute"),
        ("part.id = 'a'", "part.id is not a filter attribute"),
        ("doc.lang = 'a'", "doc.lang is not a filter attribute"),
        ("true or doc.nope is null", "doc.nope is not"),
        ("'a' in doc.nope", "doc.nope is not"),
        ("doc.n = '2020'", "cannot be compared"),
        ("doc.t = 1", "cannot be compared"),
        ("doc.b = 'true'", "cannot be compared"),
        ("doc.ts = 'a'", "cannot be compared"),
        ("doc.ts = doc.ts", "cannot be compared"),
        ("doc.n in (1, 'a')", "cannot be compared"),
        ("doc.ts in ('a')", "cannot be compared"),
        ("doc.b > false", "no order"),
        ("doc.t + 1 = 2", "Only numbers"),
        ("-doc.t = 'a'", "Only numbers"),
        ("doc.b * 2 = 2", "Only numbers"),
        ("doc.n * 1e30 = 1", "too large or small"),
        ("doc.r = 1e305", "too large or small"),
        ("'a' in doc.t", "Only a list"),
        ("1 in doc.ts", "another type"),
        ("'a' in doc.ns", "another type"),
        ("true in doc.ns", "another type"),
        ("null in doc.ts", "Only a text or a number"),
        ("doc.t in doc.ts", "Only a text or a number"),
        ("doc.n and true", "neither true nor false"),
        ("not doc.t", "neither true nor false"),
        ("(null + 1) or true", "neither true nor false"),
        ("1+1+1+1+1+1+1+1+1+1 = 10", "8 operators"),
        ("-" * 9 + "doc.n = 1", "8 operators"),
        ("(" * 51 + "true" + ")" * 51, "50 levels"),
        ("not " * 51 + "true", "50 levels"),
        ("(doc.b or " * 26 + "true" + ") and true" * 26, "50 levels"),
        ("true or " * 1000 + "true", "8,000 characters"),
        (f"doc.n in ({'1,' * 1000}1)", "1,000 choices"),
    ],
)
def test_what_makes_no_sense_is_refused(text: str, message: str) -> None:
    with pytest.raises(FilterError, match=message):
        checked(text)


def test_no_filter_at_all_is_not_everything() -> None:
    with pytest.raises(FilterError, match="no filter"):
        filters.conjunction()


def test_a_filter_may_be_held_to_one_level() -> None:
    with pytest.raises(FilterError, match=r"part\.lang cannot be asked for here"):
        filters.check(filters.parse("part.lang = 'en'"), ATTRIBUTES, levels=("doc",))


def test_a_checked_filter_is_checked_anew_against_other_attributes() -> None:
    with pytest.raises(FilterError, match=r"doc\.n is not"):
        filters.check(checked("doc.n = 1"), {})


@given(FILTERS, st.text(max_size=5), METADATA, METADATA)
@settings(deadline=None)
def test_a_filter_or_its_opposite_holds_only_where_it_is_known(
    text: str, key: str, document: dict[str, object], part: dict[str, object]
) -> None:
    def holds(form: str) -> bool | None:
        return filters.evaluate(
            checked(form.format(text)), document_id=key, document=document, part=part
        )

    plain, opposite = holds("{}"), holds("not ({})")
    assert opposite is (None if plain is None else not plain)
    assert holds("({}) is null") is (plain is None)
    assert holds("({}) and false") is False
    assert holds("({}) or true") is True


@given(
    st.text()
    | st.lists(st.sampled_from([*"()'=<>-+*/%,", "doc.n", "1", " and ", "not "])).map("".join)
)
@settings(max_examples=500, deadline=None)
def test_any_text_is_a_filter_or_a_filter_error(text: str) -> None:
    with suppress(FilterError):
        filters.compile(checked(text), "sqlite")


SCALARS = (
    st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(-1e300, 1e300).filter(lambda x: x == 0 or abs(x) > 1e-300)
    | st.text(st.characters(codec="utf-8", exclude_characters="\0"))
)


@given(SCALARS)
def test_a_quoted_value_is_that_value_and_no_more(value: bool | int | float | str) -> None:
    assert filters.parse(filters.quote_value(value)) == Literal(value)


@given(st.lists(SCALARS, min_size=1, max_size=5))
def test_a_quoted_list_stands_after_in_with_or_without_parentheses(values: list[object]) -> None:
    quoted = filters.quote_value(values)
    plain = filters.parse(f"doc.n in {quoted}")
    assert filters.parse(f"doc.n in ({quoted})") == plain
    assert isinstance(plain, Among)
    assert [choice.value for choice in plain.choices] == values


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        {"a": 1},
        [[1]],
        [None],
        2**63,
        float("nan"),
        float("inf"),
        "\0",
        "\ud800",
        [1] * 1001,
        b"a",
    ],
)
def test_what_cannot_be_a_literal_is_not_quoted(value: object) -> None:
    with pytest.raises(FilterError):
        filters.quote_value(value)
