"""The history of queries: keep one, if its corpora or its asker want that."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from chatapp.models import Chat, Corpus, QueryRecord, User
from chatapp.services.query_requests import QueryRequest


def wants_history(request: QueryRequest, corpora: Sequence[Corpus]) -> bool:
    if request.save_history is not None:
        return request.save_history
    return any(corpus.save_history for corpus in corpora)


@transaction.atomic
def record_query(
    *,
    owner: User,
    request: QueryRequest,
    corpora: Sequence[Corpus],
    started_at: datetime,
    spans: Sequence[dict[str, Any]],
    generation: str = "",
    factual_consistency_score: float | None = None,
    chat: Chat | None = None,
    agent_key: str = "",
    session_key: str = "",
) -> QueryRecord:
    record = QueryRecord.objects.create(
        owner=owner,
        query=request.query,
        corpus_key=corpora[0].key,
        request=request.model_dump(mode="json", exclude_defaults=True),
        spans=list(spans),
        generation=generation,
        factual_consistency_score=factual_consistency_score,
        latency_millis=round((timezone.now() - started_at).total_seconds() * 1000),
        chat=chat,
        agent_key=agent_key,
        session_key=session_key,
        started_at=started_at,
    )
    record.corpora.set(corpora)
    return record
