"""Search corpora: by meaning and by words, within a filter, in an order one can choose.

Meaning and words are fused by `(1-λ)·cosine + λ·words`, where `words` is the share of the query's
words that a part has, weighed by how rare they are; custom dimensions add their dot product.
Ranks are not fused: where the words say nothing, they would lose what the vectors found.

Every id an index names is read again within the corpus and the filter before it is shown, so
that what a process kept in memory can be late but never tell too much.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chatapp.errors import InvalidInput
from chatapp.models import Corpus, Document, Part
from chatapp.models.corpora import CorpusQuerySet
from chatapp.search.reranking import Candidate
from chatapp.search.words import terms
from chatapp.services.embedding import embedder_of
from chatapp.services.filtering import scope_of
from chatapp.services.indexes import Scope, vector_index, word_index
from chatapp.services.indexes.dimensions import heaviest
from chatapp.services.indexes.scope import fetch
from chatapp.services.passage_context import with_context
from chatapp.services.query_requests import KeyedCorpusSearch, SearchParameters
from chatapp.services.reranking import rerank, reranks

# Tuned on tests/search/retrieval.py.
LEXICAL = 0.12
FEWEST_CANDIDATES = 200
RERANKED = 100


@dataclass(frozen=True, slots=True)
class SearchResult:
    """A part that was found. `text` may have context around it; `part_text` has none."""

    text: str
    part_text: str
    score: float
    part_metadata: dict[str, Any]
    document_metadata: dict[str, Any]
    document_id: str
    document_title: str
    corpus_key: str
    part_id: int
    request_corpora_index: int = 0
    table: dict[str, Any] | None = None
    image: dict[str, Any] | None = None

    def as_json(self) -> dict[str, Any]:
        """The wire contract's search result, §21."""
        return {
            name: getattr(self, name)
            for name in (
                *("text", "score", "part_metadata", "document_metadata", "document_id"),
                *("corpus_key", "request_corpora_index", "table", "image"),
            )
        }


@dataclass(frozen=True, slots=True)
class _Target:
    """One corpus of a search, with what is asked of it."""

    place: int
    query: str
    scope: Scope
    asked: KeyedCorpusSearch


@dataclass(frozen=True, slots=True)
class _Found:
    target: _Target
    score: float
    part: Part = field(repr=False)


def search(
    *,
    query: str,
    search: SearchParameters,
    corpora: CorpusQuerySet,
    binding_filter: str = "",
) -> list[SearchResult]:
    """The parts that answer best. `corpora` are those the caller may see; others are not found.

    `binding_filter` holds in each corpus, besides the filter that the request has for it.

    Raises InvalidInput for a filter that does not parse or names what is not declared, and
    NotFound for a corpus that is absent or not the caller's.
    """
    if not query.strip():
        raise InvalidInput("The query is empty.", {"query": "Empty."})
    targets = [
        _target(place, query, asked, corpora, binding_filter)
        for place, asked in enumerate(search.corpora)
    ]
    window = max(search.end, RERANKED) if reranks(search.reranker) else search.end
    found = [hit for target in targets for hit in _found(target, window)]
    found.sort(key=lambda hit: (-hit.score, hit.target.place, hit.part.pk))
    ordered = _reranked(query, found[:window], search)
    context = search.context_configuration
    return [_result(hit, with_context(hit.part, hit.target.scope, context)) for hit in ordered]


def whole_document(document: Document, limit: int) -> list[SearchResult]:
    """The document's parts in order, as if all were found."""
    parts = document.parts.defer("terms", "vector", "next_vector").order_by("position")[:limit]
    return [
        SearchResult(
            text=part.text,
            part_text=part.text,
            score=1.0,
            part_metadata=part.metadata,
            document_metadata=document.metadata,
            document_id=document.key,
            document_title=document.title,
            corpus_key=document.corpus.key,
            part_id=part.pk,
        )
        for part in parts
    ]


def _target(
    place: int,
    query: str,
    asked: KeyedCorpusSearch,
    corpora: CorpusQuerySet,
    binding_filter: str,
) -> _Target:
    corpus = corpora.named(asked.corpus_key)
    if not corpus.enabled:
        raise InvalidInput(f"The corpus {corpus.key!r} is disabled.", {"corpus_key": "Disabled."})
    scope = scope_of(corpus, asked.metadata_filter, binding_filter)
    return _Target(place, asked.query or query, scope, asked)


def _found(target: _Target, limit: int) -> list[_Found]:
    scores = _scores(target, max(FEWEST_CANDIDATES, 2 * limit))
    best = sorted(scores, key=lambda part_id: (-scores[part_id], part_id))[:limit]
    parts = _readable(target.scope, best)
    return [_Found(target, scores[part.pk], part) for part in parts]


def _scores(target: _Target, limit: int) -> dict[int, float]:
    """Part id → score, of all that may be among the best."""
    corpus, scope, asked = target.scope.corpus, target.scope, target.asked
    share = asked.lexical_interpolation
    if share is None:
        share = 0.0 if _seeks_its_like(corpus, asked) else LEXICAL
    words = word_index().best(scope, terms(target.query), limit) if share > 0 else {}
    weights = _weights(corpus, asked.custom_dimensions)
    boosts = heaviest(scope, weights, limit) if weights else {}
    cosines: dict[int, float] = {}
    if share < 1:
        [vector] = embedder_of(corpus.encoder_name).embed([target.query])
        cosines = vector_index().nearest(scope, vector, limit)
        missing = [part_id for part_id in {**words, **boosts} if part_id not in cosines]
        if missing:
            cosines |= vector_index().cosines(scope, vector, missing)
    found = cosines if share < 1 else words
    if weights:
        boosts |= heaviest(scope, weights, limit, [one for one in found if one not in boosts])
    return {
        part_id: (1 - share) * cosines.get(part_id, 0.0)
        + share * words.get(part_id, 0.0)
        + boosts.get(part_id, 0.0)
        for part_id in found
    }


def _seeks_its_like(corpus: Corpus, asked: KeyedCorpusSearch) -> bool:
    """Is the query of the same kind as what is stored: both answers, or both questions?

    Then what is close in meaning is sought, whichever words it has; the words of a question are
    worth more to find an answer.
    """
    is_answer = asked.semantics == "response" or (
        asked.semantics == "default" and corpus.queries_are_answers
    )
    return is_answer != corpus.documents_are_questions


def _weights(corpus: Corpus, asked: dict[str, float]) -> dict[str, float]:
    declared = {
        dimension["name"]: float(dimension.get("querying_default", 0))
        for dimension in corpus.custom_dimensions
    }
    return {name: weight for name, weight in {**declared, **asked}.items() if weight}


def _readable(scope: Scope, ids: Sequence[int]) -> list[Part]:
    """The parts of these ids that are in the scope now, in this order."""
    if not ids:
        return []
    marks = ", ".join(["%s"] * len(ids))
    allowed = fetch(f"SELECT p.id FROM {scope.parts} AND p.id IN ({marks})", (*scope.bound, *ids))
    parts = (
        Part.objects.filter(pk__in=[part_id for (part_id,) in allowed])
        .select_related("document")
        .defer("terms", "next_vector", "document__images")
        .in_bulk()
    )
    return [parts[part_id] for part_id in ids if part_id in parts]


def _reranked(query: str, found: list[_Found], search: SearchParameters) -> list[_Found]:
    if not reranks(search.reranker):
        return found[search.offset : search.end]
    by_id = {hit.part.pk: hit for hit in found}
    candidates = [_candidate(hit) for hit in found]
    embedder = embedder_of(found[0].target.scope.corpus.encoder_name) if found else None
    ordered = rerank(query, candidates, search.reranker, embedder) if embedder else []
    return [
        _Found(by_id[one.part_id].target, one.score, by_id[one.part_id].part)
        for one in ordered[search.offset : search.end]
    ]


def _candidate(hit: _Found) -> Candidate:
    part, document = hit.part, hit.part.document
    facts = {
        "text": part.text,
        "document_id": document.key,
        "document_metadata": document.metadata,
        "part_metadata": part.metadata,
        "corpus_key": hit.target.scope.corpus.key,
        "request_corpora_index": hit.target.place,
    }
    vector = np.asarray(part.vector, np.float32)
    return Candidate(part.pk, part.text, hit.score, vector, facts)


def _result(hit: _Found, text: str) -> SearchResult:
    part, document = hit.part, hit.part.document
    tables = {table.get("id"): table for table in document.tables} if part.table_id else {}
    return SearchResult(
        text=text,
        part_text=part.text,
        score=hit.score,
        part_metadata=part.metadata,
        document_metadata=document.metadata,
        document_id=document.key,
        document_title=document.title,
        corpus_key=hit.target.scope.corpus.key,
        part_id=part.pk,
        request_corpora_index=hit.target.place,
        table=tables.get(part.table_id),
        image={"id": part.image_id} if part.image_id else None,
    )
