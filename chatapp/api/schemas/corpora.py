"""Corpora as the wire contract has them (§17)."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from chatapp.api.pagination import FilterQuery, ListMetadata
from chatapp.api.schemas.documents import FilterInAddress
from chatapp.models import Corpus, FilterAttribute


class AttributeOut(BaseModel):
    name: str
    level: str
    type: str
    indexed: bool
    description: str | None = None
    protected: bool | None = None

    @classmethod
    def of(cls, attribute: FilterAttribute) -> "AttributeOut":
        return cls(
            name=attribute.name,
            level=attribute.level,
            type=attribute.type,
            indexed=attribute.indexed,
            description=attribute.description or None,
            protected=attribute.protected or None,
        )


class CorpusOut(BaseModel):
    id: str
    key: str
    name: str
    description: str
    enabled: bool
    save_history: bool
    queries_are_answers: bool
    documents_are_questions: bool
    encoder_name: str
    filter_attributes: list[AttributeOut]
    custom_dimensions: list[dict[str, Any]]
    limits: dict[str, int]
    created_at: datetime

    @classmethod
    def of(cls, corpus: Corpus, size: dict[str, int]) -> "CorpusOut":
        return cls(
            id=f"crp_{corpus.pk}",
            key=corpus.key,
            name=corpus.name,
            description=corpus.description,
            enabled=corpus.enabled,
            save_history=corpus.save_history,
            queries_are_answers=corpus.queries_are_answers,
            documents_are_questions=corpus.documents_are_questions,
            encoder_name=corpus.encoder_name,
            filter_attributes=[AttributeOut.of(one) for one in corpus.filter_attributes.all()],
            custom_dimensions=corpus.custom_dimensions,
            limits={name: size[name] for name in ("used_docs", "used_parts", "used_characters")},
            created_at=corpus.created_at,
        )


class CorpusList(BaseModel):
    corpora: list[CorpusOut]
    metadata: ListMetadata


class CorpusListQuery(FilterQuery):
    corpus_id: list[str] = []


class CorpusPatch(BaseModel):
    enabled: bool | None = None
    name: str | None = Field(None, max_length=200)
    description: str | None = None
    save_history: bool | None = None


class SizeOut(BaseModel):
    used_docs: int
    used_parts: int
    used_characters: int
    used_metadata_characters: int


class JobStarted(BaseModel):
    job_id: str


class StatsQuery(BaseModel):
    fields: str = ""
    metadata_filter: FilterInAddress = ""
    max_values: int = Field(100, ge=1, le=1000)


class StatsOut(BaseModel):
    filter_attribute_stats: list[dict[str, Any]]


class ScoredDocumentOut(BaseModel):
    doc_id: str
    score: float
    metadata: dict[str, Any]


class MetadataQueryOut(BaseModel):
    documents: list[ScoredDocumentOut]
    total_count: int
