"""Corpora and documents for tests: functions with keyword arguments."""

from typing import Any

from chatapp.models import Corpus, Document, User
from chatapp.services.corpora import CorpusRequest, create_corpus
from chatapp.services.document_requests import document_request
from chatapp.services.documents import add_document
from chatapp.services.query_requests import parsed


def make_corpus(*, owner: User | None, key: str = "handbook", **fields: Any) -> Corpus:
    return create_corpus(owner=owner, request=parsed(CorpusRequest, {"key": key, **fields}))


def attribute(name: str, level: str = "document", type: str = "text", **fields: Any) -> Any:
    return {"name": name, "level": level, "type": type, **fields}


def core_document(
    corpus: Corpus,
    key: str,
    *texts: str,
    metadata: dict[str, Any] | None = None,
    part_metadata: dict[str, Any] | None = None,
    **part: Any,
) -> Document:
    """A document of one part for each text."""
    parts = [{"text": text, "metadata": part_metadata or {}, **part} for text in texts]
    body = {"type": "core", "id": key, "metadata": metadata or {}, "document_parts": parts}
    return add_document(corpus=corpus, request=document_request(body))
