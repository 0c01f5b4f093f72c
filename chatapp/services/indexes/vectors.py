"""Parts that mean the same as a query: pgvector where it is, else a matrix in memory.

The matrix of a corpus is read when it is first searched, and brought up to date by what came and
went since. What a filter allows is read from the database and kept for the corpus's version.
"""

import itertools

import numpy as np
from django.db import connection, transaction

from chatapp.models.vectors import as_halfvec, read_vector
from chatapp.search.matrix import Ids, Matrix, Rows, VersionedCache
from chatapp.services.indexes.scope import Scope, fetch, stream

# Up to so many parts an exact scan is quick, and finds more than an approximate index.
FEW_PARTS = 20_000
INDEXED_DIMENSIONS = 256

_matrices: VersionedCache[Matrix] = VersionedCache(max_bytes=512 * 2**20)
_allowed: VersionedCache[Ids] = VersionedCache(max_bytes=64 * 2**20)


class InMemory:
    def nearest(self, scope: Scope, vector: Rows, limit: int) -> dict[int, float]:
        allowed = self._allowed(scope) if scope.condition else None
        return self._matrix(scope, len(vector)).nearest(vector, limit, allowed)

    def cosines(self, scope: Scope, vector: Rows, ids: list[int]) -> dict[int, float]:
        return self._matrix(scope, len(vector)).cosines(vector, ids)

    def _matrix(self, scope: Scope, dimensions: int) -> Matrix:
        corpus = scope.corpus
        key = (*Scope(corpus).key, corpus.embedding_version)
        version, matrix = _matrices.get(key) or (0, Matrix.empty(dimensions))
        if version != corpus.version:
            matrix = _refreshed(matrix, corpus.pk, dimensions)
            _matrices.put(key, corpus.version, matrix, matrix.size_bytes)
        return matrix

    @staticmethod
    def _allowed(scope: Scope) -> Ids:
        version, ids = _allowed.get(scope.key) or (0, np.empty(0, np.int64))
        if version != scope.corpus.version:
            ids = _ids(f"SELECT p.id FROM {scope.parts} ORDER BY p.id", scope.bound)
            _allowed.put(scope.key, scope.corpus.version, ids, ids.nbytes)
        return ids


class PgVectors:
    def nearest(self, scope: Scope, vector: Rows, limit: int) -> dict[int, float]:
        if scope.corpus.part_count > FEW_PARTS and len(vector) == INDEXED_DIMENSIONS:
            found = self._approximate(scope, vector, limit)
            if len(found) == limit:
                return found
        return self._exact(scope, vector, limit)

    def cosines(self, scope: Scope, vector: Rows, ids: list[int]) -> dict[int, float]:
        rows = fetch(
            f"SELECT p.id, -(p.vector <#> %s::halfvec) FROM {Scope(scope.corpus).parts}"
            " AND p.id = ANY(%s) AND p.vector IS NOT NULL",
            (as_halfvec(vector), scope.corpus.pk, ids),
        )
        return dict(rows)

    @staticmethod
    def _exact(scope: Scope, vector: Rows, limit: int) -> dict[int, float]:
        value = as_halfvec(vector)
        rows = fetch(
            f"SELECT p.id, -(p.vector <#> %s::halfvec) AS cosine FROM {scope.parts}"
            " AND p.vector IS NOT NULL ORDER BY cosine DESC, p.id LIMIT %s",
            (value, *scope.bound, limit),
        )
        return dict(rows)

    @staticmethod
    def _approximate(scope: Scope, vector: Rows, limit: int) -> dict[int, float]:
        """By the HNSW index; it goes on looking while the filter takes too many away."""
        value, width = as_halfvec(vector), f"halfvec({INDEXED_DIMENSIONS})"
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL hnsw.ef_search = {min(max(limit, 40), 1000)}")
            cursor.execute("SET LOCAL hnsw.iterative_scan = strict_order")
            cursor.execute(
                f"SELECT p.id, -(p.vector::{width} <#> %s::{width}) FROM {scope.parts}"
                f" AND vector_dims(p.vector) = {INDEXED_DIMENSIONS}"
                f" ORDER BY p.vector::{width} <#> %s::{width} LIMIT %s",
                (value, *scope.bound, value, limit),
            )
            return dict(cursor.fetchall())


def forget_all() -> None:
    """Let go of everything kept in memory."""
    _matrices.clear()
    _allowed.clear()


def _ids(sql: str, params: tuple[object, ...]) -> Ids:
    chunks = [np.array(rows, np.int64)[:, 0] for rows in stream(sql, params)]
    return np.concatenate(chunks) if chunks else np.empty(0, np.int64)


def _refreshed(old: Matrix, corpus_id: int, dimensions: int) -> Matrix:
    present = _ids(
        "SELECT id FROM chatapp_part WHERE corpus_id = %s AND vector IS NOT NULL ORDER BY id",
        (corpus_id,),
    )
    fresh = np.setdiff1d(present, old.ids, assume_unique=True)
    kept = np.intersect1d(present, old.ids, assume_unique=True)
    return old.updated(kept, _read(corpus_id, fresh, dimensions))


def _read(corpus_id: int, wanted: Ids, dimensions: int) -> Matrix:
    """Rows of new parts. Parts are numbered as they come, so these lie close together."""
    if not len(wanted):
        return Matrix.empty(dimensions)
    ids = np.empty(len(wanted), np.int64)
    rows = np.empty((len(wanted), dimensions), np.float32)
    place = 0
    for chunk in stream(
        "SELECT id, vector FROM chatapp_part WHERE corpus_id = %s AND id BETWEEN %s AND %s"
        " AND vector IS NOT NULL ORDER BY id",
        (corpus_id, int(wanted[0]), int(wanted[-1])),
    ):
        is_wanted = np.isin([part_id for part_id, _ in chunk], wanted, assume_unique=True)
        for part_id, value in itertools.compress(chunk, is_wanted):
            ids[place], rows[place] = part_id, read_vector(value)
            place += 1
    return Matrix(ids[:place], rows[:place])
