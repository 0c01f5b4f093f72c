"""How well searching finds what was meant: recall over our own examination."""

import pytest

from chatapp.models import Corpus
from chatapp.services.knowledge_search import search
from chatapp.services.query_requests import SearchParameters, parsed
from tests.knowledge import core_document, make_corpus
from tests.search.retrieval import KEYWORDS, PARAPHRASES, PASSAGES

pytestmark = pytest.mark.django_db
LEXICAL, SEMANTIC, HYBRID = 1.0, 0.0, None


@pytest.fixture
def corpus(alice):
    corpus = make_corpus(owner=alice, key="library")
    for key, text in PASSAGES.items():
        core_document(corpus, key, text)
    return corpus


def recall(questions, lexical, **search_parameters):
    """The shares of questions whose answer comes first, and among the first five."""
    asked = {"corpus_key": "library", "lexical_interpolation": lexical}
    parameters = parsed(SearchParameters, {"corpora": [asked], "limit": 5, **search_parameters})
    places = []
    for question, answer in questions.items():
        results = search(query=question, search=parameters, corpora=Corpus.objects.all())
        keys = [result.document_id for result in results]
        places.append(keys.index(answer) if answer in keys else 99)
    count = len(places)
    return sum(place == 0 for place in places) / count, sum(place < 5 for place in places) / count


def test_the_examination_is_large_enough():
    assert len(PASSAGES) >= 60
    assert len(PARAPHRASES) >= 40
    assert set(PARAPHRASES.values()) | set(KEYWORDS.values()) <= set(PASSAGES)


def test_hybrid_is_not_worse_than_the_best_of_both(corpus):
    for questions in (PARAPHRASES, KEYWORDS, {**PARAPHRASES, **KEYWORDS}):
        lexical, semantic = recall(questions, LEXICAL), recall(questions, SEMANTIC)
        hybrid = recall(questions, HYBRID)
        assert hybrid[1] >= max(lexical[1], semantic[1])

    every = {**PARAPHRASES, **KEYWORDS}
    best = max(recall(every, LEXICAL)[0], recall(every, SEMANTIC)[0])
    assert recall(every, HYBRID)[0] >= best


def test_paraphrases_are_found(corpus):
    first, in_five = recall(PARAPHRASES, HYBRID)

    assert first >= 0.5
    assert in_five >= 0.65


def test_the_relevance_reranker_does_not_lose_answers(corpus):
    every = {**PARAPHRASES, **KEYWORDS}
    reranked = recall(every, HYBRID, reranker={"type": "customer_reranker"})

    assert reranked[1] >= recall(every, HYBRID)[1] - 0.02
