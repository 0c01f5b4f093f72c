"""Vectors of many parts in memory, searched exactly, and a cache of such sets. Knows no store."""

import threading
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]
Rows = NDArray[np.float32]
T = TypeVar("T")

# Up to this share of the rows, picking them out is cheaper than a product with all.
FEW = 0.3


@dataclass(frozen=True, slots=True)
class Matrix:
    """One row of length one for each id; `ids` ascend."""

    ids: Ids
    rows: Rows

    @classmethod
    def empty(cls, dimensions: int) -> "Matrix":
        return cls(np.empty(0, np.int64), np.empty((0, dimensions), np.float32))

    @property
    def size_bytes(self) -> int:
        return self.ids.nbytes + self.rows.nbytes

    def nearest(self, vector: Rows, limit: int, allowed: Ids | None = None) -> dict[int, float]:
        """The ids closest to a vector and their cosines, best first; of `allowed`, if given."""
        if allowed is None:
            return self._best(self.ids, self.rows @ vector, limit)
        places = self._places(allowed)
        if len(places) <= FEW * len(self.ids):
            return self._best(self.ids[places], self.rows[places] @ vector, limit)
        return self._best(self.ids[places], (self.rows @ vector)[places], limit)

    def cosines(self, vector: Rows, ids: Sequence[int]) -> dict[int, float]:
        places = self._places(np.array(sorted(ids), np.int64))
        scores = self.rows[places] @ vector
        return dict(zip(self.ids[places].tolist(), scores.tolist(), strict=True))

    def updated(self, kept: Ids, fresh: "Matrix") -> "Matrix":
        """The rows of `kept`, and those of `fresh`."""
        if not len(kept):
            return fresh
        places = self._places(kept)
        ids = np.concatenate([self.ids[places], fresh.ids])
        rows = np.concatenate([self.rows[places], fresh.rows])
        if len(ids) > 1 and np.any(ids[:-1] > ids[1:]):
            order = np.argsort(ids, kind="stable")
            ids, rows = ids[order], rows[order]
        return Matrix(ids, rows)

    def _places(self, ids: Ids) -> NDArray[np.intp]:
        """Where the ids stand; those that are not here are left out."""
        places = np.searchsorted(self.ids, ids)
        places = places[places < len(self.ids)] if len(self.ids) else places[:0]
        present: NDArray[np.intp] = places[self.ids[places] == ids[: len(places)]]
        return present

    @staticmethod
    def _best(ids: Ids, scores: Rows, limit: int) -> dict[int, float]:
        if limit < len(ids):
            best = np.argpartition(-scores, limit)[:limit]
            ids, scores = ids[best], scores[best]
        order = np.lexsort((ids, -scores))
        return dict(zip(ids[order].tolist(), scores[order].tolist(), strict=True))


class VersionedCache(Generic[T]):
    """Keeps the newest version of each thing, the latest used, up to a number of bytes."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._kept: OrderedDict[Hashable, tuple[int, T, int]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> tuple[int, T] | None:
        """The version and the thing, however old it is."""
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            version, thing, _ = self._kept[key]
            return version, thing

    def put(self, key: Hashable, version: int, thing: T, size_bytes: int) -> None:
        with self._lock:
            self._drop(key)
            if size_bytes > self._max_bytes:
                return
            self._kept[key] = version, thing, size_bytes
            self._bytes += size_bytes
            while self._bytes > self._max_bytes:
                self._drop(next(iter(self._kept)))

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()
            self._bytes = 0

    def _drop(self, key: Hashable) -> None:
        if key in self._kept:
            self._bytes -= self._kept.pop(key)[2]
