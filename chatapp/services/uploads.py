"""Several files in one request: all of them come into the session, or none."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings

from chatapp.errors import ChatappError, InvalidInput
from chatapp.models import Artifact, Session
from chatapp.services.artifacts import add_artifact, purge_blobs


def add_uploads(*, session: Session, files: Sequence[Any]) -> list[Artifact]:
    """Store uploaded files, not yet announced. Raises what `add_artifact` raises."""
    if not files:
        raise InvalidInput("Send at least one file.", {"files": "No file."})
    if len(files) > settings.MAX_FILES_PER_UPLOAD:
        limit = settings.MAX_FILES_PER_UPLOAD
        raise InvalidInput(f"At most {limit} files at once.", {"files": f"At most {limit}."})
    added: list[Artifact] = []
    try:
        for file in files:
            mime_type = file.content_type or ""
            added.append(
                add_artifact(session=session, file=file, filename=file.name, mime_type=mime_type)
            )
    except ChatappError:
        purge_blobs(Artifact.objects.filter(pk__in=[artifact.pk for artifact in added]))
        raise
    return added
