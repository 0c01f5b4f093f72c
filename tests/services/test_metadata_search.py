"""What metadata holds, and documents found by it: the same on both databases."""

import math

import pytest

from chatapp.errors import InvalidInput
from chatapp.models import Corpus
from chatapp.services.metadata_search import MetadataQuery, attribute_stats, query_metadata
from chatapp.services.query_requests import parsed
from tests.knowledge import attribute, core_document, make_corpus

pytestmark = pytest.mark.django_db


@pytest.fixture
def corpus(alice) -> Corpus:
    corpus = make_corpus(
        owner=alice,
        filter_attributes=[
            attribute("year", type="integer"),
            attribute("tags", type="list[text]"),
            attribute("open", type="boolean"),
            attribute("grade", "part", "real_number"),
            attribute("anything"),
        ],
    )
    rows = [
        {"year": 2020, "tags": ["a", "b"], "open": True, "anything": 1},
        {"year": 2022, "tags": ["b"], "open": False, "anything": "1"},
        {"year": 2022.0, "tags": "b", "anything": True},
        {"year": "soon", "tags": [], "open": None, "anything": {"deep": [1]}},
        {"anything": [[1], {"x": 1}, None]},
    ]
    for number, metadata in enumerate(rows):
        part_metadata = {"grade": number / 2}
        core_document(corpus, f"d{number}", "One.", "Two.", metadata=metadata,
                      part_metadata=part_metadata)  # fmt: skip
    return corpus


def stats(corpus, name, **asked):
    [stat] = attribute_stats(corpus=corpus, fields=[name], **asked)
    return stat


def values(stat):
    return {(type(one["value"]), one["value"]): one["count"] for one in stat["values"]}


def test_values_are_counted_by_their_kind_and_lists_by_their_items(corpus):
    assert values(stats(corpus, "year")) == {(int, 2022): 2, (int, 2020): 1, (str, "soon"): 1}
    assert values(stats(corpus, "tags")) == {(str, "b"): 3, (str, "a"): 1}
    assert values(stats(corpus, "open")) == {(bool, True): 1, (bool, False): 1}
    assert values(stats(corpus, "anything")) == {(int, 1): 1, (str, "1"): 1, (bool, True): 1}


def test_numbers_have_figures_and_texts_have_none(corpus):
    assert stats(corpus, "year")["stats"] == {
        "min": 2020, "max": 2022, "avg": pytest.approx(6064 / 3), "sum": 6064,
    }  # fmt: skip
    assert "stats" not in stats(corpus, "tags")


def stats_of(alice, *numbers):
    corpus = make_corpus(owner=alice, key="numbers", filter_attributes=[attribute("n")])
    for place, number in enumerate(numbers):
        core_document(corpus, f"n{place}", "One.", metadata={"n": number})
    return stats(corpus, "n")["stats"]


def test_numbers_of_64_bits_may_have_a_sum_beyond_them(alice):
    large = 1_700_000_000_000_000_000

    figures = stats_of(alice, *range(large, large + 8))

    near = {"min": large, "max": large, "avg": large, "sum": 8 * large}
    assert figures == pytest.approx(near, rel=1e-15)


@pytest.mark.parametrize("numbers", [(1e308, 1.1e308), (1e308, 1e308, -1e308, -1e308)])
def test_figures_that_no_float_can_be_are_left_out(alice, numbers):
    figures = stats_of(alice, *numbers)

    assert (figures["min"], figures["max"]) == (min(numbers), max(numbers))
    assert all(map(math.isfinite, figures.values()))


def test_parts_are_counted_each(corpus):
    stat = stats(corpus, "grade")

    assert values(stat)[float, 1.5] == 2
    assert stat["stats"]["sum"] == 10


def test_the_commonest_come_first_and_no_more_than_asked(corpus):
    assert stats(corpus, "tags", max_values=1)["values"] == [{"value": "b", "count": 3}]


def test_a_filter_leaves_what_it_lets_through(corpus):
    assert values(stats(corpus, "tags", metadata_filter="doc.year = 2020")) == {
        (str, "a"): 1, (str, "b"): 1,
    }  # fmt: skip
    assert stats(corpus, "year", metadata_filter="part.grade = 0.5")["stats"]["sum"] == 2022


def found(corpus, *queries, **asked):
    body = {"queries": [{"field": field, "query": query} for field, query in queries], **asked}
    documents, total = query_metadata(corpus=corpus, asked=parsed(MetadataQuery, body))
    assert total >= len(documents)
    return [document.doc_id for document in documents]


@pytest.fixture
def library(alice) -> Corpus:
    corpus = make_corpus(owner=alice, key="library", filter_attributes=[attribute("lang")])
    books = {
        "lease": {"title": "Lease agreement\nfor flats", "lang": "en", "pages": 12},
        "cafe": {"title": "Le Café de l'Été", "lang": "fr", "pages": 12},
        "loan": {"title": "Loan agreement", "lang": "en", 'od"d $.': "quoted"},
        "list": {"title": ["Agreement", "Annex"], "lang": "de", "signed": True},
    }
    for key, metadata in books.items():
        core_document(corpus, key, "Text.", metadata=metadata, part_metadata={"topic": key})
    return corpus


@pytest.mark.parametrize(
    ("field", "query", "ids"),
    [
        ("title", "lease agreement", ["lease", "loan", "list"]),
        ("title", "leese agrement", ["lease", "loan", "list"]),
        ("title", "cafe ete", ["cafe"]),
        ("title", "agree", ["lease", "loan", "list"]),
        ("pages", "12", ["lease", "cafe"]),
        ("signed", "true", ["list"]),
        ('od"d $.', "quoted", ["loan"]),
        ("doc.lang", "fr", ["cafe"]),
        ("title", "zebra", []),
        ("nothing", "x", []),
        ("title", "?!", []),
    ],
)
def test_documents_are_found_by_a_field(library, field, query, ids):
    assert found(library, (field, query)) == ids


def test_fields_add_up_by_their_weight(library):
    body = {
        "queries": [
            {"field": "title", "query": "agreement"},
            {"field": "lang", "query": "de", "weight": 3},
        ]
    }

    documents, total = query_metadata(corpus=library, asked=parsed(MetadataQuery, body))

    assert [(one.doc_id, one.score) for one in documents][:1] == [("list", 4)]
    assert total == 3


def test_strictly_asked_a_slip_finds_nothing(library):
    body = {"queries": [{"field": "title", "query": "leese", "fuzzy": False}]}

    assert query_metadata(corpus=library, asked=parsed(MetadataQuery, body)) == ([], 0)


def test_a_word_said_twice_counts_once(library):
    body = {"queries": [{"field": "title", "query": "lease lease annex"}]}

    documents, _ = query_metadata(corpus=library, asked=parsed(MetadataQuery, body))

    assert {one.doc_id: one.score for one in documents} == {"lease": 0.5, "list": 0.5}


def test_too_many_words_are_refused():
    def queries(count):
        words = [f"w{number}" for number in range(count)]
        return {"queries": [{"field": "title", "query": " ".join(words[::2])},
                            {"field": "title", "query": " ".join(words[1::2])}]}  # fmt: skip

    parsed(MetadataQuery, queries(50))
    with pytest.raises(InvalidInput, match="at most 50 words"):
        parsed(MetadataQuery, queries(51))


def test_parts_speak_for_their_documents_within_the_filter(library):
    asked = {"level": "part", "metadata_filter": "doc.lang = 'en'"}

    assert found(library, ("topic", "loan"), **asked) == ["loan"]
    assert found(library, ("topic", "cafe"), **asked) == []
