"""Words that are nearly the same, and how much a text has of a question."""

import pytest

from chatapp.search.closeness import fits


@pytest.mark.parametrize(
    ("asked", "text", "is_near"),
    [
        ("lease", "leese", True),
        ("oard", "iohard", True),
        ("receive", "recieve", True),
        ("lease", "loose", False),
        ("cat", "car", False),
    ],
)
def test_four_letters_of_five_are_near(asked, text, is_near):
    assert bool(fits(asked, [text])) is is_near


def test_a_beginning_counts_more_than_a_slip_and_less_than_the_word():
    found = fits("agree", ["agree", "agreement", "agred", "nothing"])

    assert found[0] > found[1] > found[2]
    assert 3 not in found


def test_a_beginning_may_have_to_be_longer():
    assert fits("agree", ["agreement", "agree"], beginning=6) == {1: 1.0}


def test_the_share_is_that_of_the_words_asked():
    assert fits("red green blue", ["green", "blue and red"]) == {
        0: pytest.approx(1 / 3), 1: pytest.approx(2 / 3)
    }  # fmt: skip
