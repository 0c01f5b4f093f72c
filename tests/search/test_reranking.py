"""Other orders for what a search found."""

import numpy as np

from chatapp.search.embedder import default_embedder
from chatapp.search.reranking import Candidate, by_diversity, by_relevance, cut

LONG = (
    "Our town has many old houses. People like to walk there in spring. "
    "The library closes at eight in the evening. Dogs are welcome in the park."
)


def candidates(*texts):
    vectors = default_embedder().embed(texts)
    return [
        Candidate(number, text, 1 - number / 10, vectors[number])
        for number, text in enumerate(texts)
    ]


def ids(found):
    return [candidate.part_id for candidate in found]


def test_one_fitting_sentence_lifts_a_long_part():
    given = candidates("The park is open.", LONG, "Evening dresses are on sale.")

    found = by_relevance("When does the library close?", given, default_embedder())

    assert ids(found)[0] == 1
    assert all(0 <= candidate.score <= 1 for candidate in found)


def test_diversity_without_bias_changes_nothing():
    given = candidates("red apples", "red apples", "blue cars")

    assert ids(by_diversity(given, 0)) == [0, 1, 2]


def test_diversity_puts_a_repetition_last():
    given = candidates("red apples", "red apples", "blue cars")

    assert ids(by_diversity(given, 0.9)) == [0, 2, 1]


def test_nothing_is_reranked_to_nothing():
    assert by_relevance("x", [], default_embedder()) == []
    assert by_diversity([], 0.5) == []


def test_a_cutoff_comes_before_the_limit():
    given = [Candidate(n, "", score, np.zeros(1, np.float32)) for n, score in enumerate((1, 0, 1))]

    assert ids(cut(given, 0.5, None)) == [0, 2]
    assert ids(cut(given, 0.5, 1)) == [0]
    assert ids(cut(given, None, None)) == [0, 1, 2]
