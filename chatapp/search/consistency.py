"""How far an answer is borne out by the passages it was made from. No model judges here.

Each sentence of the answer is held against each sentence of the passages; it is supported as far
as the closest of them means the same (cosine) and the passages have its words (coverage), half
each. The score is the mean over the sentences of the answer, by their number of words.
"""

import re
from collections.abc import Sequence

import numpy as np

from chatapp.search.embedder import Embedder
from chatapp.search.sentences import sentences
from chatapp.search.words import content, terms

MOST_SENTENCES = 400
_MARKS = re.compile(r"\[\d+(?:, ?\d+)*\]|^[>#*\s|-]+|[*_`|]", re.M)


def consistency(answer: str, passages: Sequence[str], embedder: Embedder) -> float:
    """Between 0 (nothing of it is there) and 1 (all of it is)."""
    claims = [one for one in sentences(_MARKS.sub(" ", answer)) if terms(one)][:MOST_SENTENCES]
    evidence = [one for passage in passages for one in sentences(passage) if terms(one)]
    if not claims or not evidence:
        return 0.0
    evidence = evidence[:MOST_SENTENCES]
    vectors = embedder.embed([content(one) for one in (*claims, *evidence)])
    cosines = (vectors[: len(claims)] @ vectors[len(claims) :].T).max(axis=1)
    words = {term for one in evidence for term in terms(one)}
    coverage = [sum(term in words for term in terms(one)) / len(terms(one)) for one in claims]
    weights = [len(terms(one)) for one in claims]
    supported = 0.5 * np.clip(cosines, 0, 1) + 0.5 * np.array(coverage)
    return float(np.clip(np.average(supported, weights=weights), 0, 1))
