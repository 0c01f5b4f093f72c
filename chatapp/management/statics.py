"""Collect the static files, but only when they are not those collected last time."""

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import IO

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

# It brings an htmx of its own, whose modules import by names that cannot be hashed.
UNUSED = ["django_htmx"]


def collect_if_changed() -> bool:
    """True if files were collected. Several processes may start at once."""
    root = Path(settings.STATIC_ROOT)
    with _locked(root.with_suffix(".stamp")) as stamp:
        current = _fingerprint()
        if stamp.read() == current and (root / "staticfiles.json").exists():
            return False
        call_command("collectstatic", ignore=UNUSED, interactive=False, verbosity=0)
        stamp.seek(0)
        stamp.truncate()
        stamp.write(current)
    return True


def _fingerprint() -> str:
    """Of names, sizes and times: reading every byte would take longer than the start may."""
    digest = hashlib.sha256(f"{django.VERSION} {version('whitenoise')}".encode())
    for line in sorted(_files()):
        digest.update(line.encode())
    return digest.hexdigest()


def _files() -> Iterator[str]:
    for finder in get_finders():
        for name, storage in finder.list(UNUSED):
            stat = Path(storage.path(name)).stat()
            yield f"{name} {stat.st_size} {stat.st_mtime_ns}\n"


@contextmanager
def _locked(path: Path) -> Iterator[IO[str]]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        yield file
