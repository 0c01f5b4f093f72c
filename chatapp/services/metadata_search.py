"""What the metadata of a corpus holds, and documents found by it. Counted in the database."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from django.db.models.expressions import RawSQL
from pydantic import Field, FiniteFloat, model_validator

from chatapp.errors import InvalidInput
from chatapp.models import Corpus, Document, FilterAttribute
from chatapp.models.documents import DocumentQuerySet
from chatapp.search.closeness import distinct_words, fits
from chatapp.services.filtering import scope_of
from chatapp.services.indexes.metadata import counted, texts_of
from chatapp.services.indexes.scope import Scope
from chatapp.services.query_requests import MAX_FILTER, Shape

MAX_WORDS = 50


class FieldQuery(Shape):
    field: Annotated[str, Field(min_length=1, max_length=200)]
    query: Annotated[str, Field(min_length=1, max_length=1_000)]
    weight: FiniteFloat = 1.0
    fuzzy: bool = True
    prefix: int = Field(0, ge=0)


class MetadataQuery(Shape):
    level: Literal["document", "part"] = "document"
    queries: list[FieldQuery] = Field(min_length=1, max_length=20)
    metadata_filter: str = Field("", max_length=MAX_FILTER)
    limit: int = Field(10, ge=1, le=100)
    offset: int = Field(0, ge=0)

    @model_validator(mode="after")
    def _few_words(self) -> Self:
        # Each is compared with every word the field has in any document.
        if sum(len(distinct_words(one.query)) for one in self.queries) > MAX_WORDS:
            raise ValueError(f"the queries should have at most {MAX_WORDS} words together")
        return self


@dataclass(frozen=True, slots=True)
class ScoredDocument:
    doc_id: str
    score: float
    metadata: dict[str, Any]


def query_metadata(*, corpus: Corpus, asked: MetadataQuery) -> tuple[list[ScoredDocument], int]:
    """The documents whose metadata fits best, and how many fit at all."""
    scores = _scores(scope_of(corpus, asked.metadata_filter), asked)
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
    return [_stat(scope, attribute, max_values) for attribute in chosen]


def matching_documents(corpus: Corpus, metadata_filter: str) -> DocumentQuerySet:
    """The documents a filter names; it may speak of `doc.` only."""
    rows = Document.objects.filter(corpus=corpus)
    if not metadata_filter:
        return rows
    scope = scope_of(corpus, metadata_filter, documents_only=True)
    return rows.filter(pk__in=RawSQL(scope.documents, scope.bound))


def _scores(scope: Scope, asked: MetadataQuery) -> dict[int, float]:
    """Document → how well it fits; of its parts, the best speaks for it."""
    of_row: defaultdict[int, float] = defaultdict(float)
    document_of: dict[int, int] = {}
    for query in asked.queries:
        name = query.field.removeprefix("doc.").removeprefix("part.")
        for rows in texts_of(scope, asked.level, name):
            texts = [text for _, _, text in rows]
            found = fits(query.query, texts, is_fuzzy=query.fuzzy, beginning=query.prefix)
            for place, share in found.items():
                row, document, _ = rows[place]
                of_row[row] += query.weight * share
                document_of[row] = document
    scores: dict[int, float] = {}
    for row, score in of_row.items():
        if score > scores.get(document_of[row], 0.0):
            scores[document_of[row]] = score
    return scores


def _stat(scope: Scope, attribute: FilterAttribute, max_values: int) -> dict[str, Any]:
    found = counted(scope, attribute, max_values)
    stat: dict[str, Any] = {
        "name": attribute.name,
        "type": attribute.type,
        "description": attribute.description,
        "values": [{"value": value, "count": count} for value, count in found.values],
    }
    if found.figures:
        stat["stats"] = found.figures
    return stat
