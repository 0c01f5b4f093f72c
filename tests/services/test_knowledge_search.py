"""Searching corpora: what is found, in which order, and with what around it."""

import pytest

from chatapp.errors import InvalidInput, NotFound
from chatapp.models import Corpus
from chatapp.services.knowledge_search import SearchResult, search
from chatapp.services.query_requests import SearchParameters, parsed
from tests.knowledge import core_document, make_corpus

pytestmark = pytest.mark.django_db

TEXTS = {
    "refunds": "Customers get their money back within 30 days of the purchase.",
    "hours": "The shop opens at nine in the morning and closes at six.",
    "warranty": "Frames are guaranteed for ten years against breaking.",
    "ebikes": "One charge of the battery lasts for 90 kilometres.",
}


@pytest.fixture
def corpus(alice):
    corpus = make_corpus(owner=alice)
    for key, text in TEXTS.items():
        core_document(corpus, key, text)
    return corpus


def find(user, query, corpus_key="handbook", **search_parameters) -> list[SearchResult]:
    asked = search_parameters.pop("corpus", {})
    parameters = {"corpora": [{"corpus_key": corpus_key, **asked}], **search_parameters}
    return search(
        query=query,
        search=parsed(SearchParameters, parameters),
        corpora=Corpus.objects.visible_to(user),
    )


def test_a_paraphrase_finds_the_part_that_means_it(alice, corpus):
    results = find(alice, "Can I get a refund?")

    assert results[0].document_id == "refunds"
    assert results[0].text == TEXTS["refunds"]


def test_weakly_related_queries_find_something_all_the_same(alice, corpus):
    assert len(find(alice, "astronomy")) == 4


def test_pages_do_not_overlap(alice, corpus):
    first = find(alice, "bicycle", limit=2)
    second = find(alice, "bicycle", limit=2, offset=2)

    assert len({result.document_id for result in first + second}) == 4


def test_a_strangers_corpus_is_not_found(bob, corpus):
    with pytest.raises(NotFound):
        find(bob, "refund")


def test_a_disabled_corpus_is_refused(alice, corpus):
    Corpus.objects.update(enabled=False)

    with pytest.raises(InvalidInput, match="disabled"):
        find(alice, "refund")


def test_an_empty_query_is_refused(alice, corpus):
    with pytest.raises(InvalidInput, match="empty"):
        find(alice, "  ")


def test_words_alone_find_only_parts_that_have_them(alice, corpus):
    results = find(alice, "battery charge", corpus={"lexical_interpolation": 1})

    assert [result.document_id for result in results] == ["ebikes"]


def test_custom_dimensions_put_the_heavier_part_first(alice, corpus):
    core_document(corpus, "light", "Notes on tyres.", custom_dimensions={"boost": 0.1})
    core_document(corpus, "heavy", "Notes on tyres, too.", custom_dimensions={"boost": 5})

    results = find(alice, "tyres", corpus={"custom_dimensions": {"boost": 1}})

    assert [result.document_id for result in results[:2]] == ["heavy", "light"]


def test_several_corpora_are_searched_together(alice, corpus):
    other = make_corpus(owner=alice, key="other")
    core_document(other, "returns", "A refund is paid to the card that was used.")
    parameters = {"corpora": [{"corpus_key": "handbook"}, {"corpus_key": "other"}]}

    results = search(
        query="refund",
        search=parsed(SearchParameters, parameters),
        corpora=Corpus.objects.visible_to(alice),
    )

    assert {(one.corpus_key, one.request_corpora_index) for one in results} == {
        ("handbook", 0),
        ("other", 1),
    }


def test_new_and_deleted_documents_are_seen_at_once(alice, corpus):
    find(alice, "helmet")
    document = core_document(corpus, "helmets", "Helmets are replaced after every fall.")

    assert find(alice, "helmet")[0].document_id == "helmets"
    from chatapp.services.documents import delete_document

    delete_document(document=document)
    assert "helmets" not in {one.document_id for one in find(alice, "helmet")}


def test_context_sentences_stand_around_the_marked_match(alice):
    corpus = make_corpus(owner=alice, key="book")
    core_document(corpus, "story", "It rained.", "The bridge broke.", "All swam. Some sang.")
    context = {"sentences_before": 1, "sentences_after": 1, "start_tag": "<b>", "end_tag": "</b>"}

    results = find(alice, "bridge", "book", limit=1, context_configuration=context)

    assert results[0].text == "It rained. <b>The bridge broke.</b> All swam."


def test_context_may_be_counted_in_characters(alice):
    corpus = make_corpus(owner=alice, key="book")
    core_document(corpus, "story", "It rained.", "The bridge broke.", "All swam. Some sang.")
    context = {"characters_before": 7, "characters_after": 3}

    results = find(alice, "bridge", "book", limit=1, context_configuration=context)

    assert results[0].text == "rained. The bridge broke. All"


@pytest.mark.parametrize(
    "reranker",
    [
        {"type": "none"},
        {"type": "mmr", "diversity_bias": 0.3},
        {"type": "customer_reranker", "reranker_name": "chatapp_relevance"},
        {"type": "chain", "rerankers": [{"type": "customer_reranker"}, {"type": "mmr"}]},
    ],
)
def test_every_reranker_keeps_the_best_part_first(alice, corpus, reranker):
    results = find(alice, "How far does one battery charge last?", reranker=reranker)

    assert results[0].document_id == "ebikes"


def test_a_cutoff_drops_what_fits_badly(alice, corpus):
    reranker = {"type": "customer_reranker", "cutoff": 0.5}

    results = find(alice, "How far does one battery charge last?", reranker=reranker)

    assert [result.document_id for result in results] == ["ebikes"]


def test_offset_and_limit_act_after_reranking(alice, corpus):
    whole = find(alice, "battery", reranker={"type": "mmr", "diversity_bias": 1})
    page = find(alice, "battery", reranker={"type": "mmr", "diversity_bias": 1}, offset=1, limit=2)

    assert page == whole[1:3]


def test_diversity_moves_a_repetition_back(alice, corpus):
    core_document(corpus, "again", TEXTS["ebikes"])
    reranker = {"type": "mmr", "diversity_bias": 0.9}

    results = find(alice, "battery charge kilometres", reranker=reranker)

    assert {results[0].document_id, results[1].document_id} != {"ebikes", "again"}


def userfn(function, **more):
    return {"type": "userfn", "user_function": function, **more}


@pytest.fixture
def priced(alice):
    corpus = make_corpus(owner=alice, key="shop")
    for key, price in (("cheap", 5), ("dear", 90), ("middling", 20)):
        core_document(
            corpus, key, f"A {key} bell.", metadata={"price": price, "made": "2024-01-02"}
        )
    core_document(corpus, "gift", "A bell as a gift.", part_metadata={"free": True})
    return corpus


@pytest.mark.parametrize(
    ("function", "found"),
    [
        ("get('$.document_metadata.price', -1)", ["dear", "middling", "cheap", "gift"]),
        ("0 - get('$.document_metadata.price')", ["cheap", "middling", "dear"]),
        ("if (get('$.part_metadata.free')) 2 else null", ["gift"]),
        ("if (get('$.document_id') == 'dear') 1 else get('$.score') - 1", ["dear"]),
        (
            "hours(now() - iso_datetime_parse(get('$.document_metadata.made'))) "
            "+ get('$.document_metadata.price') * 1000",
            ["dear", "middling", "cheap"],
        ),
    ],
)
def test_a_user_function_scores_and_drops(alice, priced, function, found):
    results = find(alice, "bell", "shop", reranker=userfn(function))

    assert [one.document_id for one in results][: len(found)] == found
    assert len(results) == len(found) or found == ["dear"]


def test_a_user_function_has_a_cutoff_and_a_limit_and_stands_in_a_chain(alice, priced):
    by_price = userfn("get('$.document_metadata.price', 0)", cutoff=10)
    chain = {"type": "chain", "rerankers": [by_price, userfn("0 - get('$.score')", limit=1)]}

    assert [one.document_id for one in find(alice, "bell", "shop", reranker=chain)] == ["middling"]
    assert [one.score for one in find(alice, "bell", "shop", reranker=by_price)] == [90, 20]


def test_the_knee_drops_what_falls_off(alice, corpus):
    core_document(corpus, "charging", "One charge of the battery lasts long.")

    results = find(
        alice, "How long does one charge of the battery last?", reranker=userfn("knee()")
    )

    assert {one.document_id for one in results} == {"ebikes", "charging"}


@pytest.mark.parametrize(
    "function", ["", "get(", "'high'", "true", "1 / 0", "import os", "get('$.text') * 2"]
)
def test_a_user_function_without_a_number_is_refused(alice, corpus, function):
    with pytest.raises(InvalidInput, match="user function"):
        find(alice, "battery", reranker=userfn(function))


def test_a_response_is_sought_by_its_meaning_alone(alice, corpus):
    core_document(corpus, "words", "Battery, battery, charge: a song about one dance.")
    text = "One charge of the battery lasts for 90 kilometres."

    as_question = find(alice, text, corpus={"semantics": "query"})
    as_response = find(alice, text, corpus={"semantics": "response"})

    assert as_response[0].text == text
    assert as_response[0].score == pytest.approx(1, abs=0.01)
    assert [one.score for one in as_question] != [one.score for one in as_response]


@pytest.mark.parametrize(
    ("corpus_says", "semantics", "like"),
    [
        ({}, "default", "query"),
        ({"queries_are_answers": True}, "default", "response"),
        ({"queries_are_answers": True}, "query", "query"),
        ({"documents_are_questions": True}, "default", "response"),
        ({"documents_are_questions": True}, "response", "query"),
    ],
)
def test_what_a_corpus_says_of_its_kind_is_the_default(alice, corpus_says, semantics, like):
    plain, said = make_corpus(owner=alice), make_corpus(owner=alice, key="said", **corpus_says)
    for corpus in (plain, said):
        core_document(corpus, "a", "The battery lasts.")
        core_document(corpus, "b", "A charge takes an hour.")

    there = find(alice, "How long does a charge last?", "said", corpus={"semantics": semantics})
    here = find(alice, "How long does a charge last?", corpus={"semantics": like})

    assert [one.score for one in there] == pytest.approx([one.score for one in here])


@pytest.mark.parametrize(
    "query",
    ['"', "AND", "NEAR(a b)", "text:*", "a OR (", "'; DROP TABLE x", "%", "\\", "& | ! <->", "ß∂𝒳"],
)
def test_search_syntax_in_a_query_is_only_text(alice, corpus, query):
    find(alice, query, corpus={"lexical_interpolation": 1})
    assert len(find(alice, query)) == 4
