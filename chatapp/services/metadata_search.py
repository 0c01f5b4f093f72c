"""What the metadata of a corpus holds, and documents found by it. Read row by row, in any order."""

import difflib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import orjson
from django.db.models.expressions import RawSQL
from pydantic import Field, FiniteFloat

from chatapp.errors import InvalidInput
from chatapp.models import Corpus, Document, FilterAttribute, Part
from chatapp.models.documents import DocumentQuerySet
from chatapp.search.words import words
from chatapp.services.filtering import scope_of
from chatapp.services.indexes.scope import Scope, stream
from chatapp.services.query_requests import MAX_FILTER, Shape

CLOSE = 0.8
Row = tuple[int, dict[str, Any]]


class FieldQuery(Shape):
    field: Annotated[str, Field(min_length=1, max_length=200)]
    query: Annotated[str, Field(min_length=1, max_length=1_000)]
    weight: FiniteFloat = 1.0
    fuzzy: bool = True
    prefix: int = 0


class MetadataQuery(Shape):
    level: Literal["document", "part"] = "document"
    queries: list[FieldQuery] = Field(min_length=1, max_length=20)
    metadata_filter: str = Field("", max_length=MAX_FILTER)
    limit: int = Field(10, ge=1, le=100)
    offset: int = Field(0, ge=0)


@dataclass(frozen=True, slots=True)
class ScoredDocument:
    doc_id: str
    score: float
    metadata: dict[str, Any]


def query_metadata(*, corpus: Corpus, asked: MetadataQuery) -> tuple[list[ScoredDocument], int]:
    """The documents whose metadata fits best, and how many fit at all."""
    scope = scope_of(corpus, asked.metadata_filter)
    scores: dict[int, float] = {}
    for document_id, metadata in _rows(scope, asked.level):
        score = sum(_fit(query, metadata) for query in asked.queries)
        if score > scores.get(document_id, 0.0):
            scores[document_id] = score
    best = sorted(scores, key=lambda pk: (-scores[pk], pk))[asked.offset :][: asked.limit]
    documents = Document.objects.without_images().in_bulk(best)
    found = [
        ScoredDocument(documents[pk].key, round(scores[pk], 6), documents[pk].metadata)
        for pk in best
        if pk in documents
    ]
    return found, len(scores)


def attribute_stats(
    *, corpus: Corpus, fields: list[str], metadata_filter: str = "", max_values: int = 100
) -> list[dict[str, Any]]:
    """For each declared attribute, its commonest values; of numbers also least, most and mean."""
    attributes = list(corpus.filter_attributes.all())
    unknown = set(fields) - {attribute.name for attribute in attributes}
    if unknown:
        raise InvalidInput(f"Not declared: {', '.join(sorted(unknown))}.", {"fields": "Unknown."})
    chosen = [one for one in attributes if not fields or one.name in fields]
    scope = scope_of(corpus, metadata_filter)
    values: dict[int, Counter[Any]] = {attribute.pk: Counter() for attribute in chosen}
    for level in FilterAttribute.Level:
        at_level = [attribute for attribute in chosen if attribute.level == level]
        for _, metadata in _rows(scope, level) if at_level else ():
            for attribute in at_level:
                values[attribute.pk].update(_values(metadata.get(attribute.name)))
    return [_stat(attribute, values[attribute.pk], max_values) for attribute in chosen]


def matching_documents(corpus: Corpus, metadata_filter: str) -> DocumentQuerySet:
    """The documents a filter names; it may speak of `doc.` only."""
    rows = Document.objects.filter(corpus=corpus)
    if not metadata_filter:
        return rows
    scope = scope_of(corpus, metadata_filter, documents_only=True)
    return rows.filter(pk__in=RawSQL(scope.documents, scope.bound))


def _rows(scope: Scope, level: str) -> Iterator[Row]:
    """Document id and metadata, for each document or part in the scope."""
    model = Document if level == FilterAttribute.Level.DOCUMENT else Part
    if model is Document:
        sql = "SELECT DISTINCT p.document_id, p.document_id"
    else:
        sql = "SELECT p.document_id, p.id"
    for chunk in stream(f"{sql} FROM {scope.parts}", scope.bound, 900):
        metadata = dict(
            model._default_manager.filter(pk__in=[pk for _, pk in chunk]).values_list(
                "pk", "metadata"
            )
        )
        for document_id, pk in chunk:
            yield document_id, metadata.get(pk, {})


def _values(value: Any) -> list[Any]:
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, str | int | float)]


def _stat(attribute: FilterAttribute, values: Counter[Any], max_values: int) -> dict[str, Any]:
    stat: dict[str, Any] = {
        "name": attribute.name,
        "type": attribute.type,
        "description": attribute.description,
        "values": [
            {"value": value, "count": count} for value, count in values.most_common(max_values)
        ],
    }
    numbers = [
        (value, count)
        for value, count in values.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    ]
    if numbers:
        total = sum(value * count for value, count in numbers)
        stat["stats"] = {
            "min": min(value for value, _ in numbers),
            "max": max(value for value, _ in numbers),
            "avg": total / sum(count for _, count in numbers),
            "sum": total,
        }
    return stat


def _fit(query: FieldQuery, metadata: dict[str, Any]) -> float:
    """The share of the asked words that the field has, times the weight."""
    name = query.field.removeprefix("doc.").removeprefix("part.")
    value = metadata.get(name)
    if value is None:
        return 0.0
    present = words(value if isinstance(value, str) else orjson.dumps(value).decode())
    asked = words(query.query)
    if not asked:
        return 0.0
    return query.weight * sum(_closeness(query, word, present) for word in asked) / len(asked)


def _closeness(query: FieldQuery, word: str, present: list[str]) -> float:
    if word in present:
        return 1.0
    if any(one.startswith(word) for one in present if len(word) >= max(query.prefix, 3)):
        return 0.9
    if not query.fuzzy:
        return 0.0
    best = max((difflib.SequenceMatcher(None, word, one).ratio() for one in present), default=0.0)
    return best if best >= CLOSE else 0.0
