"""Run the reranker that a request asks for."""

from collections.abc import Iterator, Sequence

from chatapp.errors import InvalidInput
from chatapp.lib.conditions import Condition, ConditionError, parse
from chatapp.search.embedder import Embedder
from chatapp.search.functions import by_function
from chatapp.search.reranking import Candidate, by_diversity, by_relevance, cut
from chatapp.services.query_requests import (
    ChainReranker,
    FunctionReranker,
    MmrReranker,
    NoReranker,
    RelevanceReranker,
    Reranker,
)

RELEVANCE = "chatapp_relevance"
MOST_STEPS = 50
Step = NoReranker | MmrReranker | RelevanceReranker | FunctionReranker


def reranks(reranker: Reranker) -> bool:
    """Does it change anything? Raises InvalidInput for what cannot be run."""
    steps = list(_steps(reranker))
    if len(steps) > MOST_STEPS:
        raise InvalidInput(f"More than {MOST_STEPS} rerankers.", {"reranker": "Too many."})
    for step in steps:
        if isinstance(step, FunctionReranker):
            _parsed(step.user_function)
    return any(not isinstance(step, NoReranker) or step.limit is not None for step in steps)


def rerank(
    query: str, candidates: Sequence[Candidate], reranker: Reranker, embedder: Embedder
) -> list[Candidate]:
    """Raises InvalidInput for a function that has no value for one of them."""
    found = list(candidates)
    for step in _steps(reranker):
        match step:
            case RelevanceReranker():
                found = cut(by_relevance(query, found, embedder), step.cutoff, step.limit)
            case MmrReranker():
                found = cut(by_diversity(found, step.diversity_bias), step.cutoff, step.limit)
            case FunctionReranker():
                found = cut(_scored(step, found), step.cutoff, step.limit)
            case NoReranker():
                found = cut(found, None, step.limit)
    return found


def _scored(step: FunctionReranker, candidates: Sequence[Candidate]) -> list[Candidate]:
    try:
        return by_function(_parsed(step.user_function), candidates)
    except ConditionError as exc:
        raise _no_function(exc) from exc


def _parsed(user_function: str) -> Condition:
    try:
        return parse(user_function)
    except ConditionError as exc:
        raise _no_function(exc) from exc


def _no_function(exc: ConditionError) -> InvalidInput:
    return InvalidInput(f"The user function: {exc}", {"user_function": str(exc)})


def _steps(reranker: Reranker) -> Iterator[Step]:
    """A chain's members, also those of chains in it."""
    if isinstance(reranker, ChainReranker):
        for member in reranker.rerankers:
            yield from _steps(member)
    else:
        yield reranker
