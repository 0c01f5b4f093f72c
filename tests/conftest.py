"""Fixtures for all tests. Alice owns what is made, Bob is a stranger, Rita reviews, Ada is admin."""

import os
import tempfile
from pathlib import Path

import pytest

# Before Django reads its settings: tests never touch the data of an installation.
_data_dir = tempfile.TemporaryDirectory(prefix="chatapp-tests-")
os.environ["CHATAPP_DATA_DIR"] = _data_dir.name
os.environ.setdefault("CHATAPP_SECRET_KEY", "a key for tests that nobody else ever uses")
os.environ.setdefault("CHATAPP_BUILTIN_DELAY_MS", "0")
os.environ.setdefault("CHATAPP_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1],testserver")

from tests.factories import make_agent, make_session, make_user  # noqa: E402 - after the settings


@pytest.fixture(scope="session")
def django_db_modify_db_settings():
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


from tests.scripted import llm  # noqa: E402, F401 - a fixture
