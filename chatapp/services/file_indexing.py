"""Files into a corpus: converted to Markdown first, as files of a session are."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson

from chatapp.convert import convert_sync
from chatapp.convert.errors import ConversionError
from chatapp.errors import InvalidInput, NotAllowed, PayloadTooLarge, UnsupportedType
from chatapp.models import Artifact, Corpus, Document, User
from chatapp.services import audit
from chatapp.services.chunking import parts_of_markdown
from chatapp.services.document_requests import Chunking, WholeText, document_request
from chatapp.services.documents import add_document, store_document

WHOLE_TEXT = WholeText()


def index_file(
    *,
    corpus: Corpus,
    path: Path,
    filename: str,
    mime_type: str = "",
    key: str = "",
    metadata: dict[str, Any] | None = None,
    chunking: Chunking = WHOLE_TEXT,
    fixed: Mapping[str, Any] | None = None,
    may_protect: bool = True,
) -> Document:
    """Index a file under `key`, or else its name. JSON may be a document as the API takes it.

    Raises InvalidInput, UnsupportedType or PayloadTooLarge with what is wrong with the file.
    """
    if filename.lower().endswith(".json") and (given := _as_document(path)):
        request = document_request({"id": key or filename, **given})
        merged = {**request.metadata, **(metadata or {})}
        request = request.model_copy(update={"metadata": merged})
        return add_document(corpus=corpus, request=request, fixed=fixed, may_protect=may_protect)
    markdown, title = _read(path, filename, mime_type)
    return store_document(
        corpus=corpus,
        key=key or filename,
        metadata={"title": title, **(metadata or {})},
        drafts=parts_of_markdown(markdown, chunking, title),
        fixed=fixed,
        may_protect=may_protect,
    )


def index_artifact(
    *,
    artifact: Artifact,
    corpus: Corpus,
    actor: User,
    metadata: dict[str, Any] | None = None,
) -> Document:
    """Add a session's file to a corpus the actor may change; once, however often it is done."""
    if not Corpus.objects.editable_by(actor).filter(pk=corpus.pk).exists():
        raise NotAllowed("You may not add documents to this corpus.")
    return index_artifact_into(artifact=artifact, corpus=corpus, actor=actor, metadata=metadata)


def index_artifact_into(
    *,
    artifact: Artifact,
    corpus: Corpus,
    actor: User,
    key: str = "",
    metadata: dict[str, Any] | None = None,
    fixed: Mapping[str, Any] | None = None,
    may_protect: bool = True,
) -> Document:
    """As `index_artifact`, for callers who know that the corpus may be changed."""
    with TemporaryDirectory(prefix="chatapp-") as folder:
        path = Path(folder) / "document"
        with artifact.file.open("rb") as file, path.open("wb") as copy:
            shutil.copyfileobj(file, copy)
        document = index_file(
            corpus=corpus,
            path=path,
            filename=artifact.filename,
            mime_type=artifact.mime_type,
            key=key or artifact.key,
            metadata={"filename": artifact.filename, **(metadata or {})},
            fixed=fixed,
            may_protect=may_protect,
        )
    audit.record(
        actor=actor,
        action="index",
        object_type="corpus",
        object_key=corpus.key,
        detail={"document": document.key, "artifact": artifact.key},
    )
    return document


def _read(path: Path, filename: str, mime_type: str) -> tuple[str, str]:
    """The file as Markdown, and its title."""
    try:
        conversion = convert_sync(path, filename=filename, mime_type=mime_type)
    except ConversionError as exc:
        errors = {"file": exc.message}
        match exc.code:
            case "unsupported_type":
                raise UnsupportedType(exc.message, errors) from exc
            case "limits":
                raise PayloadTooLarge(exc.message, errors) from exc
        raise InvalidInput(exc.message, errors) from exc
    return conversion.markdown, conversion.title or filename


def _as_document(path: Path) -> dict[str, Any] | None:
    """A JSON file that says it is a `core` or `structured` document; any other JSON is text."""
    try:
        value = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError:
        return None
    is_document = isinstance(value, dict) and value.get("type") in ("core", "structured")
    return value if is_document else None
