"""/v2/corpora."""

from dataclasses import asdict
from typing import Any

from ninja import Query

from chatapp.api.auth import ApiRequest
from chatapp.api.corpus_access import corpus_to_edit, corpus_to_read, is_granted
from chatapp.api.idempotent import idempotent
from chatapp.api.pagination import page_of
from chatapp.api.roles import Area, Level
from chatapp.api.routing import ApiRouter, level
from chatapp.api.schemas.corpora import (
    CorpusList,
    CorpusListQuery,
    CorpusOut,
    CorpusPatch,
    JobStarted,
    MetadataQueryOut,
    SizeOut,
    StatsOut,
    StatsQuery,
)
from chatapp.models import Corpus
from chatapp.services import corpora, corpus_jobs
from chatapp.services.corpora import Attributes, CorpusRequest
from chatapp.services.metadata_search import MetadataQuery, attribute_stats, query_metadata

router = ApiRouter(Area.CORPORA, "Corpora", "/corpora")


@router.get("", response=CorpusList, operation_id="listCorpora")
def list_corpora(request: ApiRequest, query: Query[CorpusListQuery]) -> CorpusList:
    rows = Corpus.objects.visible_to(request.auth.user).prefetch_related("filter_attributes")
    if query.corpus_id:
        rows = rows.filter(pk__in=[pk for pk in map(_pk, query.corpus_id) if pk is not None])
    found = query.matcher()

    def matches(corpus: Corpus) -> bool:
        if not is_granted(request, corpus.key, Level.READ):
            return False
        return found is None or found(f"{corpus.name}\n{corpus.description}")

    scope = f"corpora.{request.auth.user.pk}"
    page = page_of(rows, query, scope=scope, order="pk", matches=matches)
    sizes = corpora.sizes_of(page.items)
    items = [CorpusOut.of(corpus, sizes[corpus.pk]) for corpus in page.items]
    return CorpusList(corpora=items, metadata=page.metadata)


@router.post("", response={201: CorpusOut}, operation_id="createCorpus")
@idempotent
def create_corpus(request: ApiRequest, body: CorpusRequest) -> Any:
    return _out(corpora.create_corpus(owner=request.auth.user, request=body))


@router.get("/{corpus_key}", response=CorpusOut, operation_id="getCorpus")
def get_corpus(request: ApiRequest, corpus_key: str) -> CorpusOut:
    return _out(corpus_to_read(request, corpus_key))


@router.patch("/{corpus_key}", response=CorpusOut, operation_id="updateCorpus")
def update_corpus(request: ApiRequest, corpus_key: str, patch: CorpusPatch) -> CorpusOut:
    corpus = corpus_to_edit(request, corpus_key)
    return _out(corpora.update_corpus(corpus=corpus, changes=patch.model_dump()))


@router.delete("/{corpus_key}", response={204: None}, operation_id="deleteCorpus")
def delete_corpus(request: ApiRequest, corpus_key: str) -> None:
    corpora.delete_corpus(corpus=corpus_to_edit(request, corpus_key))


@router.post("/{corpus_key}/reset", response={204: None}, operation_id="resetCorpus")
def reset_corpus(request: ApiRequest, corpus_key: str) -> None:
    corpora.reset_corpus(corpus=corpus_to_edit(request, corpus_key))


@router.post("/{corpus_key}/compute_size", response=SizeOut, operation_id="computeCorpusSize")
@level(Level.READ)
def compute_size(request: ApiRequest, corpus_key: str) -> SizeOut:
    corpus = corpus_to_read(request, corpus_key)
    return SizeOut(**corpora.sizes_of([corpus])[corpus.pk])


@router.post(
    "/{corpus_key}/replace_filter_attributes",
    response=JobStarted,
    operation_id="replaceFilterAttributes",
)
def replace_filter_attributes(request: ApiRequest, corpus_key: str, body: Attributes) -> JobStarted:
    job = corpus_jobs.replace_filter_attributes(
        corpus=corpus_to_edit(request, corpus_key), attributes=body.filter_attributes
    )
    return JobStarted(job_id=job.key)


@router.get(
    "/{corpus_key}/filter_attribute_stats",
    response=StatsOut,
    operation_id="getFilterAttributeStats",
)
def filter_attribute_stats(
    request: ApiRequest, corpus_key: str, query: Query[StatsQuery]
) -> StatsOut:
    stats = attribute_stats(
        corpus=corpus_to_read(request, corpus_key),
        fields=[name.strip() for name in query.fields.split(",") if name.strip()],
        metadata_filter=query.metadata_filter,
        max_values=query.max_values,
    )
    return StatsOut(filter_attribute_stats=stats)


@router.post(
    "/{corpus_key}/metadata_query", response=MetadataQueryOut, operation_id="queryMetadata"
)
@level(Level.READ)
def metadata_query(request: ApiRequest, corpus_key: str, body: MetadataQuery) -> MetadataQueryOut:
    found, total = query_metadata(corpus=corpus_to_read(request, corpus_key), asked=body)
    return MetadataQueryOut.model_validate(
        {"documents": [asdict(one) for one in found], "total_count": total}
    )


def _out(corpus: Corpus) -> CorpusOut:
    return CorpusOut.of(corpus, corpora.sizes_of([corpus])[corpus.pk])


def _pk(corpus_id: str) -> int | None:
    number = corpus_id.removeprefix("crp_")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 19 else None
