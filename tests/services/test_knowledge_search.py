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


def test_a_user_function_is_refused(alice, corpus):
    with pytest.raises(InvalidInput, match="not supported"):
        find(alice, "battery", reranker={"type": "userfn", "user_function": "get('$.score')"})


@pytest.mark.parametrize(
    "query",
    ['"', "AND", "NEAR(a b)", "text:*", "a OR (", "'; DROP TABLE x", "%", "\\", "& | ! <->", "ß∂𝒳"],
)
def test_search_syntax_in_a_query_is_only_text(alice, corpus, query):
    find(alice, query, corpus={"lexical_interpolation": 1})
    assert len(find(alice, query)) == 4
