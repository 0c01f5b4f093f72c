"""Put what a search found in a better order. Knows texts, scores and vectors; no store.

The relevance reranker looks at sentences, where the search looked at whole parts: a part is as
good as its best sentence, and better the more of the query's words it has.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from chatapp.search.embedder import Embedder, Vectors
from chatapp.search.ranking import Lexicon, mmr
from chatapp.search.sentences import sentences

LONGEST_TEXT = 8_000
COVERAGE = 0.12


@dataclass(frozen=True, slots=True)
class Candidate:
    """`facts` are what a function may ask about."""

    part_id: int
    text: str
    score: float
    vector: Vectors
    facts: Mapping[str, Any] = field(default_factory=dict)


def by_relevance(
    query: str, candidates: Sequence[Candidate], embedder: Embedder
) -> list[Candidate]:
    """Score anew, between 0 and 1, by the best sentence and the words that are there."""
    if not candidates:
        return []
    texts = [candidate.text[:LONGEST_TEXT] for candidate in candidates]
    pieces = [[text, *sentences(text)] for text in texts]
    vectors = embedder.embed([query, *(piece for of_text in pieces for piece in of_text)])
    cosines = vectors[1:] @ vectors[0]
    ends = np.cumsum([len(of_text) for of_text in pieces])
    best = np.array([part.max() for part in np.split(cosines, ends[:-1])])
    scores = np.clip((1 - COVERAGE) * best + COVERAGE * Lexicon(texts).coverage(query), 0, 1)
    order = np.argsort(-scores, kind="stable")
    return [replace(candidates[at], score=float(scores[at])) for at in order]


def by_diversity(candidates: Sequence[Candidate], bias: float) -> list[Candidate]:
    """Take turns between what fits and what is not said yet; `bias` 0 changes nothing."""
    if not candidates:
        return []
    vectors = np.stack([candidate.vector for candidate in candidates])
    scores = np.array([candidate.score for candidate in candidates], dtype=np.float32)
    order = mmr(vectors, scores, limit=len(candidates), balance=1 - bias)
    return [candidates[at] for at in order]


def cut(
    candidates: Sequence[Candidate], cutoff: float | None, limit: int | None
) -> list[Candidate]:
    """Drop what scores below `cutoff`, then all after the first `limit`."""
    kept = [item for item in candidates if cutoff is None or item.score >= cutoff]
    return kept[:limit]
