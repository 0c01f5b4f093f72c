"""Finding parts in the database: by their words and by their meaning, within a scope.

Two databases, two ways each, one interface; `tests/services/test_indexes.py` is their contract.
"""

from typing import Protocol

from django.db import connection

from chatapp.models.vectors import stores_halfvec
from chatapp.search.matrix import Rows
from chatapp.services.indexes.scope import Scope

__all__ = ["Scope", "VectorIndex", "WordIndex", "vector_index", "word_index"]


class WordIndex(Protocol):
    def best(self, scope: Scope, terms: list[str], limit: int) -> dict[int, float]:
        """Parts that have some of the terms, best first, and the share of the terms they have.

        Rare terms weigh more; about 1 is a part that has all of them.
        """
        ...


class VectorIndex(Protocol):
    def nearest(self, scope: Scope, vector: Rows, limit: int) -> dict[int, float]:
        """Parts close to a vector of length one, and their cosines, best first."""
        ...

    def cosines(self, scope: Scope, vector: Rows, ids: list[int]) -> dict[int, float]: ...


def word_index() -> WordIndex:
    from chatapp.services.indexes import words

    return words.Tsvector() if connection.vendor == "postgresql" else words.Fts5()


def vector_index() -> VectorIndex:
    from chatapp.services.indexes import vectors

    return vectors.PgVectors() if stores_halfvec(connection) else vectors.InMemory()
