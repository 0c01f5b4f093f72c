"""A rig for each database; what the tests kill is real."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.rig import Rig, ScaledRig, postgresql_rig, sqlite_rig


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker("crash")
            item.add_marker("slow")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def any_rig(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Rig]:
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "sqlite":
        with sqlite_rig(folder) as rig:
            yield rig
    else:
        with postgresql_rig(folder, request.getfixturevalue("postgres")) as rig:
            yield rig


@pytest.fixture
def rig(any_rig: Rig) -> Rig:
    any_rig.reset()
    return any_rig


@pytest.fixture
def scaled(rig: Rig) -> ScaledRig:
    """For what SQLite has not: several runners at once."""
    if not isinstance(rig, ScaledRig):
        pytest.skip("One process runs all turns on SQLite.")
    return rig
