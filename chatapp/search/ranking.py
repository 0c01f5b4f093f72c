"""Which passages answer a query, best first. A small set in memory; knows no store.

Meaning and words are fused by `(1-λ)·cosine + λ·bm25/max`. Ranks are not fused: on paraphrases,
where the words say nothing, reciprocal ranks lose most of what the vectors found.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from chatapp.search.embedder import Embedder, Vectors
from chatapp.search.passages import Passage
from chatapp.search.sentences import sentences
from chatapp.search.words import content, terms

Scores = NDArray[np.float32]
P = TypeVar("P", bound=Passage)

LEXICAL = 0.05
K1, B = 1.2, 0.75

# Tuned on tests/search/evaluation.py: what is asked there without an answer mostly stays below.
COVERAGE_WEIGHT = 0.5
ENOUGH = 0.41
ENOUGH_WITHOUT_WORDS = 0.44
NEAR = 0.3

# What a sentence must reach of the best one's score to be shown beside it.
AS_GOOD = 0.7

# A handful of texts says little about which words are rare; coverage supposes so many others.
UNSEEN_TEXTS = 30


@dataclass(frozen=True, slots=True)
class Hit(Generic[P]):
    """A passage and how well it fits: `coverage` is the weight of the query's words it has."""

    passage: P
    score: float
    cosine: float
    coverage: float

    @property
    def confidence(self) -> float:
        """Comparable between sets, as `score` is not."""
        return self.cosine + COVERAGE_WEIGHT * self.coverage

    @property
    def is_relevant(self) -> bool:
        """Is this worth showing as an answer? The best of a bad lot is not."""
        return self.confidence >= (ENOUGH if self.coverage else ENOUGH_WITHOUT_WORDS)

    @property
    def is_near(self) -> bool:
        """Is this at least worth a look?"""
        return self.confidence >= NEAR


def rank(
    query: str,
    passages: Sequence[P],
    embedder: Embedder,
    *,
    lexical: float = LEXICAL,
    limit: int = 10,
) -> list[Hit[P]]:
    """The best passages for a query, best first. None is left out for being poor."""
    if not passages or not query.strip():
        return []
    texts = [passage.full_text for passage in passages]
    lexicon = Lexicon(texts)
    words = lexicon.bm25(query)
    cosines = nearness(query, texts, embedder)
    scores = (1 - lexical) * cosines + lexical * words / max(float(words.max()), 1e-9)
    coverage = lexicon.coverage(query)
    order = np.argsort(-scores, kind="stable")[:limit]
    return [
        Hit(passages[at], float(scores[at]), float(cosines[at]), float(coverage[at]))
        for at in order
    ]


def rank_few(
    query: str, passages: Sequence[P], embedder: Embedder, *, limit: int = 10
) -> list[Hit[P]]:
    """The most trustworthy passages of a small set, such as one document, best first.

    There the very word asked for counts more than a likeness: `rank` would put a chatty paragraph
    before the one table row that has it.
    """
    hits = rank(query, passages, embedder, limit=len(passages))
    return sorted(hits, key=lambda hit: -hit.confidence)[:limit]


def nearness(query: str, texts: Sequence[str], embedder: Embedder) -> Scores:
    """The cosine of each text with what the query is about."""
    vectors = embedder.embed([content(query), *texts])
    cosines: Scores = vectors[1:] @ vectors[0]
    return cosines


def best_sentences(query: str, text: str, embedder: Embedder, *, limit: int = 2) -> list[str]:
    """The best sentence of a text and those nearly as good, in the order of the text."""
    parts = sentences(text)
    if len(parts) < 2:
        return parts
    scores = nearness(query, parts, embedder) + COVERAGE_WEIGHT * Lexicon(parts).coverage(query)
    order = np.argsort(-scores, kind="stable")[:limit].tolist()
    return [parts[at] for at in sorted(order) if scores[at] >= AS_GOOD * scores[order[0]]]


def mmr(vectors: Vectors, scores: Scores, *, limit: int, balance: float = 0.7) -> list[int]:
    """Pick rows that score well and do not repeat each other (maximal marginal relevance)."""
    chosen: list[int] = []
    closeness = np.zeros(len(scores), dtype=np.float32)
    value = balance * scores
    while len(chosen) < min(limit, len(scores)):
        candidate = value - (1 - balance) * closeness
        candidate[chosen] = -np.inf
        best = int(np.argmax(candidate))
        chosen.append(best)
        closeness = np.maximum(closeness, vectors @ vectors[best])
    return chosen


class Lexicon:
    """The words of a few texts, counted. What is rare among them weighs more."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._counts = [Counter(terms(text)) for text in texts]
        lengths = np.array([count.total() for count in self._counts], dtype=np.float32)
        self._lengths = lengths / max(float(lengths.mean()), 1.0) if len(texts) else lengths

    def bm25(self, query: str) -> Scores:
        scores = np.zeros(len(self._counts), dtype=np.float32)
        for term in set(terms(query)):
            found = self._frequency(term)
            saturated = found * (K1 + 1) / (found + K1 * (1 - B + B * self._lengths))
            scores += self._weight(found) * saturated
        return scores

    def coverage(self, query: str) -> Scores:
        """For each text, the share (0 to 1) of the query's words it has, by weight."""
        covered = np.zeros(len(self._counts), dtype=np.float32)
        total = 0.0
        for term in set(terms(query)):
            found = self._frequency(term)
            weight = self._weight(found, unseen=UNSEEN_TEXTS)
            covered += weight * (found > 0)
            total += weight
        return covered / total if total else covered

    def _frequency(self, term: str) -> Scores:
        return np.array([count[term] for count in self._counts], dtype=np.float32)

    @staticmethod
    def _weight(found: Scores, *, unseen: int = 0) -> float:
        having = int((found > 0).sum())
        return float(np.log1p((len(found) + unseen - having + 0.5) / (having + 0.5)))
