"""The history of queries, and chats, as the wire contract has them (§20, §22)."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from chatapp.api.pagination import ListMetadata, PageQuery
from chatapp.models import Chat, ChatTurn, QueryRecord
from chatapp.services.query_requests import QueryRequest


class SearchQuery(BaseModel):
    """What `GET /corpora/{key}/query` takes."""

    query: str
    limit: int = 10
    offset: int = 0
    save_history: bool | None = None
    intelligent_query_rewriting: bool = False


class HistoryQuery(PageQuery):
    corpus_key: str | None = None
    started_after: datetime | None = None
    started_before: datetime | None = None
    chat_id: str | None = None
    history_id: str | None = None


class QuerySummary(BaseModel):
    id: str
    query: str
    corpus_key: str
    started_at: datetime
    latency_millis: int
    chat_id: str | None = None
    generation: str | None = None
    factual_consistency_score: float | None = None
    agent_key: str | None = None
    session_key: str | None = None

    @classmethod
    def of(cls, record: QueryRecord) -> "QuerySummary":
        return cls(
            id=record.key,
            query=record.query,
            corpus_key=record.corpus_key,
            started_at=record.started_at,
            latency_millis=record.latency_millis,
            chat_id=record.chat.key if record.chat else None,
            generation=record.generation or None,
            factual_consistency_score=record.factual_consistency_score,
            agent_key=record.agent_key or None,
            session_key=record.session_key or None,
        )


class QueryList(BaseModel):
    queries: list[QuerySummary]
    metadata: ListMetadata


class QueryOut(BaseModel):
    id: str
    query: dict[str, Any]
    chat_id: str | None = None
    latency_millis: int
    started_at: datetime
    spans: list[dict[str, Any]]
    agent_key: str | None = None
    session_key: str | None = None

    @classmethod
    def of(cls, record: QueryRecord) -> "QueryOut":
        return cls(
            id=record.key,
            query=record.request,
            chat_id=record.chat.key if record.chat else None,
            latency_millis=record.latency_millis,
            started_at=record.started_at,
            spans=record.spans,
            agent_key=record.agent_key or None,
            session_key=record.session_key or None,
        )


class ChatIn(QueryRequest):
    chat: dict[str, Any] = {}


class ChatOut(BaseModel):
    id: str
    first_query: str
    first_answer: str
    enabled: bool
    created_at: datetime

    @classmethod
    def of(cls, chat: Chat, first: ChatTurn | None) -> "ChatOut":
        return cls(
            id=chat.key,
            first_query=first.query if first else "",
            first_answer=first.answer if first else "",
            enabled=True,
            created_at=chat.created_at,
        )


class ChatList(BaseModel):
    chats: list[ChatOut]
    metadata: ListMetadata


class ChatTurnOut(BaseModel):
    id: str
    chat_id: str
    query: str
    answer: str
    enabled: bool
    created_at: datetime

    @classmethod
    def of(cls, turn: ChatTurn) -> "ChatTurnOut":
        return cls(
            id=turn.key,
            chat_id=turn.chat.key,
            query=turn.query,
            answer=turn.answer,
            enabled=turn.enabled,
            created_at=turn.created_at,
        )


class ChatTurnList(BaseModel):
    turns: list[ChatTurnOut]


class ChatTurnPatch(BaseModel):
    enabled: bool | None = None
