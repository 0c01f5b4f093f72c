"""A question that implies a filter, taken apart by a model before it is searched."""

import asyncio
import json

import pytest

from chatapp.llm.base import TextDelta
from chatapp.models import GenerationPreset, Llm
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


def in_words(query, metadata_filter=""):
    return [TextDelta(json.dumps({"query": query, "metadata_filter": metadata_filter}))]


def both_asked(api, alice, **of_second):
    make_corpus(owner=alice, key="second", filter_attributes=[attribute("year", type="integer")])
    corpora = [{"corpus_key": "reports"}, {"corpus_key": "second", **of_second}]
    body = {"query": "?", "intelligent_query_rewriting": True, "search": {"corpora": corpora}}
    return api.post("/query", body).json()


def test_all_corpora_are_asked_at_once(api, alice, reports, model):
    second_is_asked = asyncio.Event()

    def second(request):
        second_is_asked.set()
        return in_words("revenue")

    model.will_answer([second_is_asked, *in_words("revenue")], second)

    told = both_asked(api, alice)["rewritten_queries"]

    assert [one["corpus_key"] for one in told] == ["reports", "second"]


def test_a_corpus_with_a_query_of_its_own_keeps_it_and_is_not_asked(api, alice, reports, model):
    model.will_answer(in_words("revenue"))

    told = both_asked(api, alice, query="mine")["rewritten_queries"]

    assert [one["corpus_key"] for one in told] == ["reports"]
    assert len(model.requests) == 1


def test_filters_that_are_too_long_together_are_a_failure(api, reports, model):
    model.will_answer(in_words("revenue", "doc.year = 2024"))
    own = "doc.year = 2023" + " " * 7_980

    answer = asked(api, search={"metadata_filter": own})

    assert found(answer) == {"r2023", "s2023"}
    assert answer["warnings"] == ["intelligent_query_rewriting_failed"]
    assert answer["rewritten_queries"] == []


def test_an_own_filter_that_is_none_is_refused_whatever_the_model_finds(api, reports, model):
    model.will_answer(in_words("revenue", "doc.year = 2024"))
    body = {"query": "?", "intelligent_query_rewriting": True,
            "search": {"metadata_filter": "doc.year = 1) OR (doc.year > 0"}}  # fmt: skip

    assert api.post("/corpora/reports/query", body).status_code == 400


def test_what_no_database_can_hold_is_left_out(reports):
    said = r'{"query": "reve\u0000nue", "metadata_filter": "doc.year \u0000= 1"}'

    one = read_rewritten(said, reports)

    assert (one.query, one.metadata_filter) == ("revenue", "doc.year = 1")


def test_an_unknown_preset_is_refused_before_the_model_is_asked(api, reports, model):
    body = {"query": "?", "intelligent_query_rewriting": True,
            "generation": {"generation_preset_name": "no such"}}  # fmt: skip

    assert api.post("/corpora/reports/query", body).status_code == 400
    assert model.requests == []


def test_the_model_of_the_preset_takes_the_question_apart(api, reports, model):
    Llm.objects.create(name="of-preset", upstream_name="there", provider="scripted")
    GenerationPreset.objects.create(key="p", name="p", llm_name="of-preset")
    model.will_answer(in_words("revenue"), [TextDelta("It grew.")])

    asked(api, generation={"generation_preset_name": "p"})

    assert [one.model for one in model.requests] == ["there", "there"]


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
