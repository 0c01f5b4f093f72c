"""Fixtures for all tests. Alice owns what is made, Bob is a stranger, Rita reviews, Ada rules."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.factories import make_agent, make_session, make_user
from tests.scripted import llm  # noqa: F401 - a fixture
from tests.servers import S3, Postgres, Redis


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests last: once a browser runs, its event loop is in the way of async tests."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    """SQLite need not wait for the disk in tests: nobody pulls the plug."""
    from django.conf import settings

    options = settings.DATABASES["default"].get("OPTIONS", {})
    if "init_command" in options:
        options["init_command"] = options["init_command"].replace("FULL", "OFF")


@pytest.fixture(autouse=True)
def _quick_and_apart(settings, tmp_path: Path) -> None:
    """Cheap passwords, plain static names, and a folder for files that goes away."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "artifacts")},
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture
def alice(db):
    return make_user("alice")


@pytest.fixture
def bob(db):
    return make_user("bob")


@pytest.fixture
def rita(db):
    return make_user("rita", role="reviewer")


@pytest.fixture
def ada(db):
    return make_user("ada", role="admin")


@pytest.fixture
def agent(db):
    return make_agent()


@pytest.fixture
def session(alice, agent):
    return make_session(owner=alice, agent=agent)


@pytest.fixture(scope="session")
def django_db_keepdb(request: pytest.FixtureRequest) -> bool:
    """A PostgreSQL of the tests' own goes as a whole; nobody need wait for open connections."""
    from django.conf import settings

    return settings.POSTGRESQL or request.config.getvalue("reuse_db")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    server = Postgres().start()
    yield server
    server.close()


@pytest.fixture(scope="session")
def postgres_url(postgres: Postgres) -> str:
    """An empty database on the tests' own server."""
    return postgres.create("empty")


@pytest.fixture(scope="session")
def redis() -> Iterator[Redis]:
    server = Redis().start()
    yield server
    server.close()


@pytest.fixture(scope="session")
def s3() -> Iterator[S3]:
    server = S3().start()
    yield server
    server.close()
