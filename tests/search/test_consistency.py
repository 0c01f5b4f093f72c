"""The score of an answer: how far the passages bear it out."""

import pytest

from chatapp.search.consistency import consistency
from chatapp.search.embedder import default_embedder

PASSAGES = [
    "Customers get their money back within 30 days of the purchase.",
    "The shop opens at nine in the morning.",
]


def score(answer):
    return consistency(answer, PASSAGES, default_embedder())


def test_a_quotation_is_borne_out_in_full():
    assert score("> The shop opens at nine in the morning. [2]") == pytest.approx(1, abs=0.05)


def test_what_is_made_up_scores_lower_than_what_is_there():
    true = score("The shop opens at nine.")
    other = score("Elephants drink two hundred litres of water a day.")

    assert other < 0.4 < true


def test_half_made_up_lies_between():
    true = score("The shop opens at nine.")
    half = score("The shop opens at nine. Elephants drink two hundred litres a day.")

    assert score("Elephants drink two hundred litres a day.") < half < true


@pytest.mark.parametrize("answer", ["", "[1]", "###", "the of and"])
def test_an_answer_that_says_nothing_scores_nothing(answer):
    assert score(answer) == 0


def test_without_passages_nothing_is_borne_out():
    assert consistency("The shop opens at nine.", [], default_embedder()) == 0
