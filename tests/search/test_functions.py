"""Where scores fall off."""

import numpy as np
import pytest

from chatapp.lib.conditions import ConditionError, parse
from chatapp.search.functions import before_the_knee, by_function
from chatapp.search.reranking import Candidate


@pytest.mark.parametrize(
    ("falling", "kept"),
    [
        ((0.9, 0.88, 0.86, 0.3, 0.28, 0.27, 0.26), 3),
        ((0.9, 0.8, 0.7, 0.6, 0.5), 5),
        ((0.9, 0.9, 0.9), 3),
        ((0.9, 0.1), 2),
        ((), 0),
    ],
)
def test_the_drop_that_stands_out_is_the_knee(falling, kept):
    assert before_the_knee(falling, 0.5, 0.2) == kept


def test_the_more_sensitive_the_smaller_the_drop():
    falling = (0.9, 0.85, 0.8, 0.7, 0.65, 0.6)

    assert before_the_knee(falling, 0.5, 0) == 3
    assert before_the_knee(falling, 0, 0) == 6


def test_of_two_drops_the_bias_takes_the_earlier():
    falling = (0.9, 0.6, 0.59, 0.58, 0.57, 0.56, 0.55, 0.24, 0.23)

    assert before_the_knee(falling, 0.7, 0) == 7
    assert before_the_knee(falling, 0.7, 0.5) == 1


@pytest.mark.parametrize("function", ["get('$.huge')", "1e301", "-1e999", "'high'", "true"])
def test_a_score_that_cannot_be_ranked_is_refused(function):
    candidate = Candidate(1, "A text.", 0.5, np.zeros(2), {"huge": 10**400})

    with pytest.raises(ConditionError):
        by_function(parse(function), [candidate])
