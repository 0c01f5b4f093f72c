"""A column of vectors: bytes of half-precision numbers, or pgvector's `halfvec` if it is there."""

from functools import lru_cache
from typing import Any

import numpy as np
from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from numpy.typing import NDArray

HalfVector = NDArray[np.float16]

# The first with `hnsw.iterative_scan`, without which a filter would leave too few.
OLDEST_PGVECTOR = (0, 8)


def has_pgvector(connection: BaseDatabaseWrapper) -> bool:
    """Does this database have the extension, so that a new column can be of its type?"""
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT extversion FROM pg_extension WHERE extname = 'vector'")
        found = cursor.fetchone()
    return found is not None and _version(found[0]) >= OLDEST_PGVECTOR


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdecimal())


def stores_halfvec(connection: BaseDatabaseWrapper) -> bool:
    """Was the column made with pgvector? It stays what it was, whatever is installed later."""
    if connection.vendor != "postgresql":
        return False
    return _column_type(connection.alias, connection.settings_dict["NAME"]) == "halfvec"


@lru_cache(maxsize=8)
def _column_type(alias: str, database: str) -> str:
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT udt_name FROM information_schema.columns WHERE table_schema = ANY"
            " (current_schemas(false)) AND table_name = 'chatapp_part' AND column_name = 'vector'"
        )
        found = cursor.fetchone()
    return str(found[0]) if found else ""


class VectorField(models.Field):  # type: ignore[type-arg]  # subscripted only in the stubs
    """A numpy vector. Nothing can be looked up by it; `services/indexes` searches."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        if connection.vendor == "sqlite":
            return "blob"
        return "halfvec" if has_pgvector(connection) else "bytea"

    def get_placeholder(self, value: Any, compiler: Any, connection: BaseDatabaseWrapper) -> str:
        return "%s::halfvec" if stores_halfvec(connection) else "%s"

    def get_db_prep_value(
        self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False
    ) -> Any:
        if value is None:
            return None
        vector = np.asarray(value, dtype=np.float16)
        return as_halfvec(vector) if stores_halfvec(connection) else vector.tobytes()

    def from_db_value(
        self, value: Any, expression: Any, connection: BaseDatabaseWrapper
    ) -> HalfVector | None:
        return None if value is None else read_vector(value)


def as_halfvec(vector: NDArray[Any]) -> str:
    """What pgvector reads: `[0.25,-1]`."""
    return "[" + ",".join(map(repr, vector.astype(float).tolist())) + "]"


def read_vector(value: Any) -> HalfVector:
    if isinstance(value, str):
        return np.array(value.strip("[]").split(","), dtype=np.float16)
    return np.frombuffer(bytes(value), dtype=np.float16)
