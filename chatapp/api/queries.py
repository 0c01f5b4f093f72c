"""/v2/query, /v2/corpora/{corpus_key}/query and /v2/queries."""

from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from ninja import Query

from chatapp.api.auth import ApiRequest
from chatapp.api.pagination import page_of
from chatapp.api.query_runs import QueryRun
from chatapp.api.roles import Area, Level
from chatapp.api.routing import ApiRouter, level
from chatapp.api.schemas.queries import (
    HistoryQuery,
    QueryList,
    QueryOut,
    QuerySummary,
    SearchQuery,
)
from chatapp.errors import NotFound
from chatapp.models import QueryRecord
from chatapp.services.query_requests import CorpusQueryRequest, QueryRequest, parsed

router = ApiRouter(Area.CORPORA, "Queries", "")
Response = HttpResponse | StreamingHttpResponse


@router.post("/query", response=dict[str, Any], operation_id="query")
@level(Level.READ)
async def query(request: ApiRequest, body: QueryRequest) -> Response:
    return await QueryRun(request, body).respond()


@router.post("/corpora/{corpus_key}/query", response=dict[str, Any], operation_id="queryCorpus")
@level(Level.READ)
async def query_corpus(request: ApiRequest, corpus_key: str, body: CorpusQueryRequest) -> Response:
    return await QueryRun(request, body.of(corpus_key)).respond()


@router.get("/corpora/{corpus_key}/query", response=dict[str, Any], operation_id="searchCorpus")
async def search_corpus(
    request: ApiRequest, corpus_key: str, query: Query[SearchQuery]
) -> Response:
    search = {"limit": query.limit, "offset": query.offset}
    asked = parsed(CorpusQueryRequest, {**query.model_dump(), "search": search})
    return await QueryRun(request, asked.of(corpus_key)).respond()


@router.get("/queries", response=QueryList, operation_id="getQueryHistories")
def list_queries(request: ApiRequest, query: Query[HistoryQuery]) -> QueryList:
    rows = QueryRecord.objects.visible_to(request.auth.user).select_related("chat")
    wanted = {
        "corpora__key": query.corpus_key,
        "started_at__gte": query.started_after,
        "started_at__lte": query.started_before,
        "chat__key": query.chat_id,
        "key": query.history_id,
    }
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    page = page_of(rows, query, scope=f"queries.{request.auth.user.pk}")
    items = [QuerySummary.of(record) for record in page.items]
    return QueryList(queries=items, metadata=page.metadata)


@router.get("/queries/{query_id}", response=QueryOut, operation_id="getQueryHistory")
def get_query(request: ApiRequest, query_id: str) -> QueryOut:
    rows = QueryRecord.objects.visible_to(request.auth.user).select_related("chat")
    record = rows.filter(key=query_id).first()
    if record is None:
        raise NotFound("Query not found.", missing_id=query_id)
    return QueryOut.of(record)
