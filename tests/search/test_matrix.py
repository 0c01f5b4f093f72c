"""Vectors in memory: the nearest, exactly; and a cache that knows how old its things are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatapp.search.matrix import Matrix, VersionedCache


def matrix(*ids):
    """Row n points at n degrees."""
    angles = np.radians(np.array(ids, dtype=np.float32))
    rows = np.stack([np.cos(angles), np.sin(angles)], axis=1).reshape(-1, 2)
    return Matrix(np.array(ids, np.int64), rows.astype(np.float32))


EAST = np.array([1, 0], np.float32)


def test_the_nearest_come_best_first():
    assert list(matrix(10, 30, 60, 80).nearest(EAST, 2)) == [10, 30]


def test_equal_ones_come_by_id():
    rows = np.ones((3, 2), np.float32)
    assert list(Matrix(np.array([4, 7, 9]), rows).nearest(EAST, 3)) == [4, 7, 9]


@pytest.mark.parametrize("allowed", [[60], [10, 60, 80], [5, 60, 99], []])
def test_only_what_is_allowed_is_near(allowed):
    found = matrix(10, 30, 60, 80).nearest(EAST, 9, np.array(allowed, np.int64))

    assert set(found) == set(allowed) & {10, 30, 60, 80}


def test_cosines_of_the_ids_that_are_there():
    found = matrix(0, 60).cosines(EAST, [60, 0, 5])

    assert found == {0: pytest.approx(1), 60: pytest.approx(0.5)}


def test_an_empty_matrix_has_nothing_near():
    empty = Matrix.empty(2)

    assert empty.nearest(EAST, 5) == {}
    assert empty.nearest(EAST, 5, np.array([1], np.int64)) == {}
    assert empty.cosines(EAST, [1]) == {}


@given(
    st.lists(st.integers(1, 359), unique=True, max_size=30),
    st.lists(st.integers(1, 359), unique=True, max_size=30),
)
def test_an_update_leaves_what_is_kept_and_adds_what_is_fresh(old, new):
    kept = sorted(set(old) & set(new))
    fresh = matrix(*sorted(set(new) - set(old)))

    updated = matrix(*sorted(old)).updated(np.array(kept, np.int64), fresh)

    assert updated.ids.tolist() == sorted(new)
    assert np.allclose(updated.rows, matrix(*sorted(new)).rows)


def test_a_cache_forgets_what_was_used_longest_ago():
    cache = VersionedCache[str](max_bytes=10)
    cache.put("a", 1, "A", 4)
    cache.put("b", 1, "B", 4)
    cache.get("a")
    cache.put("c", 1, "C", 4)

    assert cache.get("b") is None
    assert cache.get("a") == (1, "A")


def test_a_newer_version_takes_the_place_of_the_older():
    cache = VersionedCache[str](max_bytes=10)
    cache.put("a", 1, "old", 6)
    cache.put("a", 2, "new", 6)

    assert cache.get("a") == (2, "new")


def test_what_is_too_large_is_not_kept():
    cache = VersionedCache[str](max_bytes=10)
    cache.put("a", 1, "A", 11)

    assert cache.get("a") is None
