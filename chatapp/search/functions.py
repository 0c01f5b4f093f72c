"""Score what a search found by an expression that a request brings along."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from statistics import fmean, pstdev
from typing import Any

from chatapp.lib.conditions import KNEE, LARGEST, Condition, ConditionError, is_number
from chatapp.search.reranking import Candidate

FEWEST_FOR_A_KNEE = 3


def by_function(function: Condition, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Each with the function's number as its score, best first; null drops it.

    The function reads `$.score` and the candidate's facts. Raises ConditionError.
    """
    falling = tuple(sorted((candidate.score for candidate in candidates), reverse=True))
    scored = [
        replace(candidate, score=score)
        for candidate in candidates
        if (score := _score(function, candidate, falling)) is not None
    ]
    return sorted(scored, key=lambda candidate: -candidate.score)


def _score(function: Condition, candidate: Candidate, falling: tuple[float, ...]) -> float | None:
    def knee(sensitivity: float = 0.5, early_bias: float = 0.2) -> float | None:
        kept = falling[: before_the_knee(falling, sensitivity, early_bias)]
        return candidate.score if not kept or candidate.score >= kept[-1] else None

    value: Any = function.value({**candidate.facts, "score": candidate.score, KNEE: knee})
    if value is None:
        return None
    if not is_number(value) or not abs(value) <= LARGEST:
        raise ConditionError(f"A score is a number or null, unlike {str(value)[:50]!r}.")
    return float(value)


@lru_cache(maxsize=64)
def before_the_knee(falling: tuple[float, ...], sensitivity: float, early_bias: float) -> int:
    """How many scores come before the drop that stands out; all of them if none does.

    A drop stands out that is larger than the mean: by half of it, and by two standard deviations
    at a sensitivity of 0, by none at 1. Of several, `early_bias` prefers the earlier: at 1 the last
    place counts for nothing.
    """
    drops = [one - other for one, other in pairwise(falling)]
    if len(falling) < FEWEST_FOR_A_KNEE or not any(drops):
        return len(falling)
    mean, deviations = fmean(drops), 2 * (1 - min(max(sensitivity, 0), 1))
    least = max(1.5 * mean, mean + deviations * pstdev(drops))
    bias = min(max(early_bias, 0), 1)
    weights = {
        place: drop * (1 - bias * place / len(drops))
        for place, drop in enumerate(drops, start=1)
        if drop > least
    }
    return max(weights, key=lambda place: weights[place], default=len(falling))
