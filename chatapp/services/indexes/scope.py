"""What one search may find: a corpus and a filter, as SQL with all values bound."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from chatapp.models import Corpus


@dataclass(frozen=True, slots=True)
class Scope:
    """`condition` is compiled from a metadata filter and speaks of the aliases `p` and `d`."""

    corpus: Corpus
    condition: str = ""
    params: tuple[Any, ...] = ()

    @property
    def parts(self) -> str:
        """What follows FROM, with the condition; more may follow after AND."""
        if not self.condition:
            return "chatapp_part p WHERE p.corpus_id = %s"
        return (
            "chatapp_part p JOIN chatapp_document d ON d.id = p.document_id"
            f" WHERE p.corpus_id = %s AND ({self.condition})"
        )

    @property
    def bound(self) -> tuple[Any, ...]:
        return (self.corpus.pk, *self.params)

    @property
    def documents(self) -> str:
        """Primary keys of all documents, also those without parts; only `d` may be spoken of."""
        where = f" AND ({self.condition})" if self.condition else ""
        return f"SELECT d.id FROM chatapp_document d WHERE d.corpus_id = %s{where}"

    @property
    def key(self) -> tuple[Any, ...]:
        """The same for scopes that find the same, and never reused by another corpus."""
        return (self.corpus.pk, self.corpus.created_at, self.condition, self.params)


def fetch(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def stream(sql: str, params: Sequence[Any], size: int = 5_000) -> Iterator[list[tuple[Any, ...]]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        while rows := cursor.fetchmany(size):
            yield rows
