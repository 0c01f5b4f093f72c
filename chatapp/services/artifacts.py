"""Bring files into a session, take them out, and clean up behind.

The bytes are stored first and the row second; blobs that no row knows are removed later by
`prune`. So a row that is seen always has its bytes.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, BinaryIO

from django.conf import settings
from django.core.files import File
from django.core.files.base import ContentFile
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from chatapp.bus import bus, session_topic
from chatapp.errors import InvalidInput, NotFound, PayloadTooLarge, StorageFull, UnsupportedType
from chatapp.events.bodies import ArtifactUpload
from chatapp.events.frames import EventFrame, NoticeFrame
from chatapp.lib.mime import sniff_file, type_of
from chatapp.models import Artifact, Session
from chatapp.models.artifacts import blob_path, new_artifact_key
from chatapp.services.events import append_events

_CHUNK = 2**20
COPY_OF = "copy-of-"


def add_artifact(
    *,
    session: Session,
    file: "File[bytes]",
    filename: str,
    mime_type: str = "",
    created_by: str = Artifact.CreatedBy.USER,
    description: str = "",
    metadata: dict[str, Any] | None = None,
    derived_from: Artifact | None = None,
    client_id: str | None = None,
    announced: bool = False,
) -> Artifact:
    """Store one file. Uploaded ones must be of an accepted type; the same `client_id` is one file.

    Raises InvalidInput, UnsupportedType, PayloadTooLarge (a subclass of InvalidInput) or
    StorageFull, each with a sentence that names the file.
    """
    filename = clean_filename(filename)
    if client_id and (known := session.artifacts.filter(client_id=client_id).first()):
        return known
    size = file.size or 0
    if created_by == Artifact.CreatedBy.USER:
        _check_upload(session, filename, size)
        with _on_disk(file) as path:
            mime_type = sniff_file(path, filename, mime_type or None)
        _check_type(filename, mime_type)
    artifact = Artifact(
        key=new_artifact_key(),
        session=session,
        filename=filename,
        mime_type=mime_type,
        size_bytes=size,
        checksum_sha256=_checksum(file),
        created_by=created_by,
        description=description,
        metadata=metadata or {},
        derived_from=derived_from,
        client_id=client_id or None,
        announced=announced or created_by == Artifact.CreatedBy.TOOL,
    )
    _store_blob(artifact, file)
    try:
        with transaction.atomic():
            if not Session.objects.alive().filter(pk=session.pk).exists():
                raise NotFound("Session not found.", missing_id=session.key)
            artifact.save()
            _tell(session, artifact.key)
    except IntegrityError:
        return session.artifacts.get(client_id=client_id)
    return artifact


def add_text_artifact(
    *, session: Session, filename: str, text: str, mime_type: str = "text/markdown", **kwargs: Any
) -> Artifact:
    """Store a file that a tool wrote."""
    return add_artifact(
        session=session,
        file=ContentFile(text.encode()),
        filename=filename,
        mime_type=mime_type,
        created_by=Artifact.CreatedBy.TOOL,
        **kwargs,
    )


@transaction.atomic
def announce_artifacts(*, session: Session, turn_id: int | None = None) -> EventFrame | None:
    """Say in the log, in one event, which files have come since the last time."""
    # One at a time: of two who announce at once, the second finds nothing left to say.
    Session.objects.select_for_update().filter(pk=session.pk).first()
    fresh = list(session.artifacts.alive().filter(announced=False).order_by("pk"))
    if not fresh:
        return None
    Artifact.objects.filter(pk__in=[artifact.pk for artifact in fresh]).update(announced=True)
    body = ArtifactUpload.model_validate({"artifacts": [a.as_uploaded() for a in fresh]})
    [frame] = append_events(session=session, bodies=[body], turn_id=turn_id)
    return frame


@transaction.atomic
def remove_artifact(*, session: Session, key: str) -> Artifact:
    """Take a file away; `restore_artifact` brings it back until it is pruned."""
    artifact = Artifact.objects.of(session, key)
    artifact.deleted_at = timezone.now()
    artifact.save(update_fields=["deleted_at"])
    _tell(session, key)
    return artifact


@transaction.atomic
def restore_artifact(*, session: Session, key: str) -> None:
    if not session.artifacts.filter(key=key).update(deleted_at=None):
        raise NotFound("Artifact not found.", missing_id=key)
    _tell(session, key)


def read_artifact(artifact: Artifact, limit: int | None = None) -> bytes:
    """The bytes, or the first `limit` of them."""
    with artifact.file.open("rb") as file:
        return bytes(file.read(-1 if limit is None else limit))


def clean_filename(name: str) -> str:
    """A name is only shown, never a path: drop folders and control characters, keep the rest."""
    name = name.replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(char for char in name if char.isprintable()).strip()
    name = name.encode("utf-8", "replace").decode()
    if name.strip(". ") == "":
        return "file"
    stem, dot, extension = name.rpartition(".")
    if len(name) > 200 and dot and len(extension) <= 10:
        return f"{stem[: 199 - len(extension)]}.{extension}"
    return name[:200]


def purge_blobs(artifacts: "models.QuerySet[Artifact]") -> int:
    """Delete rows and, once they are gone, their bytes."""
    files = [artifact.file for artifact in artifacts]
    count, _ = artifacts.delete()
    for file in files:
        transaction.on_commit(partial(file.storage.delete, str(file.name)))
    return count


def copy_artifacts(*, source: Session, target: Session) -> dict[str, str]:
    """Copy every file to another session. Returns old key → new key."""
    return {
        artifact.key: _copied(artifact, target, announced=artifact.announced).key
        for artifact in source.artifacts.alive()
    }


def copy_artifact(*, artifact: Artifact, target: Session, announced: bool) -> Artifact:
    """Copy one file to another session, once: the same one again is the same copy."""
    client_id = f"{COPY_OF}{artifact.key}"
    known = target.artifacts.filter(client_id=client_id).first()
    return known or _copied(artifact, target, client_id=client_id, announced=announced)


def _copied(artifact: Artifact, target: Session, **changes: Any) -> Artifact:
    fields = (
        *("filename", "mime_type", "size_bytes", "checksum_sha256", "metadata", "description"),
        *("ttl_days", "created_by"),
    )
    values = {field: getattr(artifact, field) for field in fields}
    copy = Artifact(**values, **changes, key=new_artifact_key(), session=target)
    with artifact.file.open("rb") as file:
        _store_blob(copy, file)
    copy.save()
    return copy


def _check_upload(session: Session, filename: str, size: int) -> None:
    if size == 0:
        raise InvalidInput(f"“{filename}” is empty.", {"files": "The file is empty."})
    if size > settings.MAX_UPLOAD_BYTES:
        limit = settings.MAX_UPLOAD_BYTES // 2**20
        raise PayloadTooLarge(f"“{filename}” is larger than {limit} MB.", {"files": "Too large."})
    used = session.artifacts.alive().aggregate(sum=models.Sum("size_bytes"))["sum"] or 0
    if used + size > settings.SESSION_QUOTA_BYTES:
        raise StorageFull(
            f"There is no room for “{filename}”: this session's files are at the limit."
        )


def _check_type(filename: str, mime_type: str) -> None:
    if type_of(mime_type) is None:
        raise UnsupportedType(
            f"“{filename}” is not of a type that is accepted, or not what its name says.",
            {"files": "This type of file is not accepted."},
        )


def _checksum(file: BinaryIO | Any) -> str:
    digest = hashlib.sha256()
    for chunk in _chunks(file):
        digest.update(chunk)
    return digest.hexdigest()


def _chunks(file: Any) -> Iterator[bytes]:
    file.seek(0)
    while chunk := file.read(_CHUNK):
        yield chunk
    file.seek(0)


@contextmanager
def _on_disk(file: Any) -> Iterator[Path]:
    """Where the bytes can be looked at as a file: where Django spooled them, or a copy."""
    if hasattr(file, "temporary_file_path"):
        yield Path(file.temporary_file_path())
        return
    with NamedTemporaryFile() as copy:
        for chunk in _chunks(file):
            copy.write(chunk)
        copy.flush()
        yield Path(copy.name)


def _store_blob(artifact: Artifact, file: Any) -> None:
    field = Artifact._meta.get_field("file")
    try:
        artifact.file = field.storage.save(blob_path(artifact, ""), file)
    except OSError as exc:
        raise StorageFull(f"“{artifact.filename}” could not be stored: no room is left.") from exc


def _tell(session: Session, key: str) -> None:
    bus.publish_on_commit(session_topic(session.pk), NoticeFrame("artifacts", key))
