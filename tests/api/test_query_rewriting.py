"""A question that implies a filter, taken apart by a model before it is searched."""

import pytest

from chatapp.llm.base import TextDelta
from chatapp.models import Llm
from chatapp.services.rewritten_queries import read_rewritten
from tests.knowledge import attribute, core_document, make_corpus
from tests.scripted import llm

__all__ = ["llm"]


@pytest.fixture
def reports(alice):
    corpus = make_corpus(
        owner=alice,
        key="reports",
        filter_attributes=[
            attribute("year", type="integer", description="when it was written"),
            attribute("secret", type="boolean"),
        ],
    )
    for year in (2023, 2024):
        secret = {"year": year, "secret": True}
        core_document(corpus, f"r{year}", f"Revenue grew in {year}.", metadata={"year": year})
        core_document(corpus, f"s{year}", f"Revenue fell in {year}.", metadata=secret)
    return corpus


@pytest.fixture
def model(llm):
    Llm.objects.create(name="scripted", provider="scripted", is_default=True)
    return llm


def asked(api, **more):
    body = {"query": "How was revenue in 2024?", "intelligent_query_rewriting": True, **more}
    return api.post("/corpora/reports/query", body).json()


def found(answer):
    return {one["document_id"] for one in answer["search_results"]}


def test_the_filter_in_a_question_is_used_and_told(api, reports, model):
    model.will_answer([TextDelta('{"query": "revenue", "metadata_filter": "doc.year = 2024"}')])

    answer = asked(api)

    assert found(answer) == {"r2024", "s2024"}
    assert answer["warnings"] == []
    assert answer["rewritten_queries"] == [
        {
            "corpus_key": "reports",
            "filter_extraction": {"query": "revenue", "metadata_filter": "doc.year = 2024"},
        }
    ]
    assert "doc.year (integer) when it was written" in model.requests[0].instructions


def test_it_only_narrows_the_filter_of_the_request(api, reports, model):
    model.will_answer(
        [TextDelta('{"query": "revenue", "metadata_filter": "doc.year > 0 OR true"}')]
    )

    answer = asked(api, search={"metadata_filter": "doc.secret IS NULL AND doc.year = 2023"})

    assert found(answer) == {"r2023"}


@pytest.mark.parametrize(
    "said",
    [
        "I would rather not.",
        '{"query": ""}',
        '{"query": "revenue", "metadata_filter": "doc.nothing = 1"}',
        '{"query": "revenue", "metadata_filter": "doc.year = 1) OR (true"}',
    ],
)
def test_what_a_model_makes_badly_is_left_out_with_a_warning(api, reports, model, said):
    model.will_answer([TextDelta(said)])

    answer = asked(api)

    assert len(found(answer)) == 4
    assert answer["warnings"] == ["intelligent_query_rewriting_failed"]
    assert answer["rewritten_queries"] == []


def test_without_a_language_model_it_says_that_it_did_not(api, reports):
    assert asked(api)["warnings"] == ["intelligent_query_rewriting_failed"]


def test_the_history_tells_the_step(api, reports, model):
    model.will_answer([TextDelta('{"query": "revenue", "metadata_filter": ""}')])
    asked(api, save_history=True)

    [record] = api.get("/queries").json()["queries"]
    span = api.get(f"/queries/{record['id']}").json()["spans"][0]

    assert (span["type"], span["corpus_key"]) == ("rewritten_query", "reports")
    assert span["warnings"] == ["extracted_empty_filter"]


def test_a_corpus_without_attributes_has_no_filter(api, alice, model):
    make_corpus(owner=alice, key="reports")

    assert asked(api)["warnings"] == []
    assert model.requests == []


def test_an_object_between_words_is_read(reports):
    said = 'Here it is: ```json\n{"query": "revenue", "metadata_filter": "doc.year = 1"}\n```'

    assert read_rewritten(said, reports).metadata_filter == "doc.year = 1"
