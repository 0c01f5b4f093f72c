"""Very many documents into an empty PostgreSQL: by COPY, and indexed when all are there."""

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import count, islice
from typing import Any

from django.db import connection

BATCH = 500
DOCUMENT = (
    "COPY chatapp_document (id, corpus_id, key, metadata, tables, images, digest, part_count,"
    " character_count, metadata_character_count, created_at, updated_at) FROM STDIN"
)
PART = (
    "COPY chatapp_part (corpus_id, document_id, position, text, context, metadata,"
    " custom_dimensions, table_id, image_id, terms, vector) FROM STDIN"
)
Drafted = tuple[str, dict[str, Any], list[Any]]


def copy_documents(corpus: Any, documents: Iterable[Drafted]) -> int:
    """Returns how many parts there are now. Nothing may be written meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) + 1 FROM chatapp_document")
        ids = count(cursor.fetchone()[0])
        waiting = iter(documents)
        while batch := list(islice(waiting, BATCH)):
            _copy(cursor, corpus, [(next(ids), one) for one in batch])
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence('chatapp_document', 'id'), max(id))"
            " FROM chatapp_document"
        )
        cursor.execute("SELECT count(*) FROM chatapp_part WHERE corpus_id = %s", [corpus.pk])
        parts = int(cursor.fetchone()[0])
    type(corpus).objects.filter(pk=corpus.pk).update(part_count=parts, version=2)
    return parts


def drop_vector_index() -> str:
    """Returns what makes it again; "" if vectors have no index here."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'chatapp_part_vectors'")
        found = cursor.fetchone()
        if found:
            cursor.execute("DROP INDEX chatapp_part_vectors")
    return str(found[0]) if found else ""


def make_vector_index(definition: str) -> None:
    with connection.cursor() as cursor:
        if definition:
            cursor.execute("SET maintenance_work_mem = '1GB'")
            cursor.execute(definition)
        cursor.execute("ANALYZE")


def _copy(cursor: Any, corpus: Any, numbered: list[tuple[int, Drafted]]) -> None:
    from chatapp.models import Document
    from chatapp.services.parts import parts_of

    now = datetime.now(UTC)
    documents = [
        (Document(pk=pk, corpus=corpus, key=key, metadata=metadata), drafts)
        for pk, (key, metadata, drafts) in numbered
    ]
    with cursor.copy(DOCUMENT) as copy:
        for document, drafts in documents:
            size = sum(len(draft.text) for draft in drafts)
            copy.write_row(
                (document.pk, corpus.pk, document.key, _json(document.metadata), "[]", "[]", "",
                 len(drafts), size, 0, now, now)
            )  # fmt: skip
    with cursor.copy(PART) as copy:
        for document, drafts in documents:
            for part in parts_of(document, drafts):
                copy.write_row(
                    (corpus.pk, document.pk, part.position, part.text, part.context,
                     _json(part.metadata), _json(part.custom_dimensions), part.table_id,
                     part.image_id, part.terms, _stored(part.vector))
                )  # fmt: skip


def _json(value: Any) -> str:
    import orjson

    return orjson.dumps(value).decode()


def _stored(vector: Any) -> str | bytes:
    import numpy as np

    from chatapp.models.vectors import as_halfvec, stores_halfvec

    half = np.asarray(vector, dtype=np.float16)
    return as_halfvec(half) if stores_halfvec(connection) else half.tobytes()
