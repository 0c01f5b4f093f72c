"""/v2/corpora/{corpus_key}/documents."""

from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from ninja import Body, Query

from chatapp.api.auth import ApiRequest
from chatapp.api.corpus_access import corpus_to_edit, corpus_to_read, may_protect
from chatapp.api.document_summaries import DocumentSummary
from chatapp.api.idempotent import idempotent
from chatapp.api.pagination import page_of
from chatapp.api.parsing import to_json
from chatapp.api.roles import Area, Level
from chatapp.api.routing import ApiRouter, level
from chatapp.api.schemas.documents import (
    BulkDeleteOut,
    BulkDeleteQuery,
    DocumentList,
    DocumentListQuery,
    DocumentOut,
    DocumentPatch,
    SummarizeIn,
    SummaryOut,
)
from chatapp.errors import InvalidInput, NotFound
from chatapp.models import Document
from chatapp.services import corpus_jobs, documents
from chatapp.services.document_requests import DocumentRequest
from chatapp.services.metadata_search import matching_documents

router = ApiRouter(Area.CORPORA, "Documents", "/corpora/{corpus_key}/documents")
MAX_IDS = 10_000


@router.get("", response=DocumentList, operation_id="listCorpusDocuments")
def list_documents(
    request: ApiRequest, corpus_key: str, query: Query[DocumentListQuery]
) -> DocumentList:
    corpus = corpus_to_read(request, corpus_key)
    rows = matching_documents(corpus, query.metadata_filter).without_images()
    page = page_of(rows, query, scope=f"documents.{corpus.pk}", order="pk")
    items = [DocumentOut.of(document) for document in page.items]
    return DocumentList(documents=items, metadata=page.metadata)


@router.post("", response={201: DocumentOut}, operation_id="createCorpusDocument")
@level(Level.WRITE)
@idempotent
def create_document(request: ApiRequest, corpus_key: str, body: Body[DocumentRequest]) -> Any:
    document = documents.add_document(
        corpus=corpus_to_edit(request, corpus_key),
        request=body,
        may_protect=may_protect(request, corpus_key),
    )
    return DocumentOut.of(document)


@router.delete("", response={200: BulkDeleteOut}, operation_id="bulkDeleteCorpusDocuments")
@level(Level.WRITE)
def delete_documents(
    request: ApiRequest, corpus_key: str, query: Query[BulkDeleteQuery]
) -> HttpResponse:
    """By ids, by a filter, or by both: then what is named by each."""
    corpus = corpus_to_edit(request, corpus_key)
    keys = list(dict.fromkeys(key for key in query.document_ids.split(",") if key))
    if len(keys) > MAX_IDS:
        raise InvalidInput(f"At most {MAX_IDS:,} ids.", {"document_ids": "Too many."})
    if not keys and not query.metadata_filter:
        raise InvalidInput("Name documents by document_ids or metadata_filter.")
    rows = matching_documents(corpus, query.metadata_filter)
    found = rows.filter(key__in=keys) if keys else rows
    ids = list(found.values_list("pk", flat=True))
    job = corpus_jobs.bulk_delete(corpus=corpus, ids=ids)
    counts = job.detail if not query.is_async else {}
    answer = BulkDeleteOut(
        response_type="async" if query.is_async else "success",
        job_id=job.key,
        cutoff_timestamp=job.created_at,
        deleted_count=counts.get("deleted_count"),
        skipped_count=len(keys) - len(ids) if keys and counts else counts.get("skipped_count"),
    )
    status = 202 if query.is_async else 200
    return HttpResponse(to_json(answer), status=status, content_type="application/json")


@router.put(
    "/{path:document_id}/metadata",
    response=DocumentOut,
    operation_id="replaceCorpusDocumentMetadata",
)
@level(Level.WRITE)
def replace_metadata(
    request: ApiRequest, corpus_key: str, document_id: str, body: DocumentPatch
) -> DocumentOut:
    return _set_metadata(request, corpus_key, document_id, body, replace=True)


@router.get(
    "/{path:document_id}/images/{image_id}", response=dict[str, Any], operation_id="getImage"
)
def get_image(
    request: ApiRequest, corpus_key: str, document_id: str, image_id: str
) -> dict[str, Any]:
    document = _document(request, corpus_key, document_id)
    found = next((image for image in document.images if image.get("id") == image_id), None)
    if found is None:
        raise NotFound("Image not found.", missing_id=image_id)
    return found


@router.post(
    "/{path:document_id}/summarize",
    response=SummaryOut,
    operation_id="summarizeCorpusDocument",
)
@level(Level.READ)
async def summarize(
    request: ApiRequest, corpus_key: str, document_id: str, body: SummarizeIn
) -> HttpResponse | StreamingHttpResponse:
    return await DocumentSummary(request, corpus_key, document_id, body).respond()


@router.get("/{path:document_id}", response=DocumentOut, operation_id="getCorpusDocument")
def get_document(request: ApiRequest, corpus_key: str, document_id: str) -> DocumentOut:
    return DocumentOut.of(_document(request, corpus_key, document_id), in_full=True)


@router.patch("/{path:document_id}", response=DocumentOut, operation_id="updateCorpusDocument")
@level(Level.WRITE)
def update_document(
    request: ApiRequest, corpus_key: str, document_id: str, body: DocumentPatch
) -> DocumentOut:
    return _set_metadata(request, corpus_key, document_id, body, replace=False)


@router.delete("/{path:document_id}", response={204: None}, operation_id="deleteCorpusDocument")
@level(Level.WRITE)
def delete_document(request: ApiRequest, corpus_key: str, document_id: str) -> None:
    corpus = corpus_to_edit(request, corpus_key)
    documents.delete_document(document=Document.objects.of(corpus, document_id))


def _document(request: ApiRequest, corpus_key: str, document_id: str) -> Document:
    return Document.objects.of(corpus_to_read(request, corpus_key), document_id)


def _set_metadata(
    request: ApiRequest, corpus_key: str, document_id: str, body: DocumentPatch, *, replace: bool
) -> DocumentOut:
    corpus = corpus_to_edit(request, corpus_key)
    document = documents.set_document_metadata(
        document=Document.objects.of(corpus, document_id),
        metadata=body.metadata,
        replace=replace,
        may_protect=may_protect(request, corpus_key),
    )
    return DocumentOut.of(document)
