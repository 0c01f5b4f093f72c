import numpy as np
import pytest

from chatapp.search.embedder import default_embedder
from chatapp.search.passages import Passage
from chatapp.search.ranking import Lexicon, best_sentences, mmr, rank
from tests.search.evaluation import ANSWERABLE, UNANSWERABLE, handbook


@pytest.fixture(scope="module")
def passages():
    return handbook()


def best(query, passages, **options):
    return rank(query, passages, default_embedder(), **options)


def share(claims):
    return float(np.mean(list(claims)))


def test_the_examination_is_large_enough(passages):
    assert len(passages) >= 30
    assert len(ANSWERABLE) >= 30
    assert len(UNANSWERABLE) >= 15
    assert all(sum(phrase in one.text for one in passages) == 1 for phrase in ANSWERABLE.values())


def test_nine_of_ten_questions_find_their_passage_first(passages):
    firsts = (
        phrase in best(query, passages)[0].passage.text for query, phrase in ANSWERABLE.items()
    )

    assert share(firsts) >= 0.9


def test_nearly_all_questions_find_their_passage_among_three(passages):
    found = (
        any(phrase in hit.passage.text for hit in best(query, passages, limit=3))
        for query, phrase in ANSWERABLE.items()
    )

    assert share(found) >= 0.95


def test_most_answers_are_recognised_as_relevant(passages):
    assert share(best(query, passages)[0].is_relevant for query in ANSWERABLE) >= 0.85


def test_questions_without_an_answer_find_nothing_relevant(passages):
    assert share(not best(query, passages)[0].is_relevant for query in UNANSWERABLE) >= 0.9


def test_an_exact_number_is_found_though_it_means_nothing():
    hits = best("4417-B", [Passage("Order 4417-B was shipped."), Passage("Shipping is free.")])

    assert hits[0].passage.text == "Order 4417-B was shipped."
    assert hits[0].is_relevant


def test_a_lone_passage_can_be_relevant_or_not():
    lone = [Passage("Revenue grew by 12 % while costs fell.", heading="Summary")]

    assert best("How did revenue develop?", lone)[0].is_relevant
    assert not best("Who is the chief executive?", lone)[0].is_relevant


def test_nothing_is_ranked_for_an_empty_query_or_no_passages(passages):
    assert best(" ", passages) == []
    assert best("bicycle", []) == []


def test_a_query_of_stop_words_or_signs_breaks_nothing(passages):
    assert best("what is it", passages)
    assert best("??!", passages)


def test_scores_fall(passages):
    scores = [hit.score for hit in best("battery", passages, limit=50)]

    assert scores == sorted(scores, reverse=True)
    assert len(scores) == len(passages)


def test_the_best_sentences_keep_the_order_of_the_text():
    text = "Helmets are included. We open at nine. The price is 18 EUR. The sun is warm."

    assert best_sentences("price, and when open?", text, default_embedder()) == [
        "We open at nine.",
        "The price is 18 EUR.",
    ]


def test_mmr_prefers_another_thought_to_the_same_again():
    vectors = np.array([[1, 0], [1, 0], [0, 1]], dtype=np.float32)
    scores = np.array([0.9, 0.89, 0.7], dtype=np.float32)

    assert mmr(vectors, scores, limit=2) == [0, 2]
    assert mmr(vectors, scores, limit=9) == [0, 2, 1]


def test_coverage_is_the_share_of_the_words_found():
    coverage = Lexicon(["red bicycle", "red", "blue"]).coverage("red bicycle")

    assert coverage[0] == pytest.approx(1)
    assert 0 < coverage[1] < 1
    assert coverage[2] == 0
