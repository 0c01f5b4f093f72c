"""Documents: index them, change what is said about them, take them out.

Reading and embedding come first, outside of any transaction; then all of a document becomes
visible at once, or nothing of it.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import orjson
from django.db import IntegrityError, transaction
from django.db.models import F

from chatapp.errors import Conflict, InvalidInput, NotAllowed, NotFound
from chatapp.models import Corpus, Document, FilterAttribute, Part
from chatapp.services.chunking import PartDraft, parts_of_core, parts_of_structured
from chatapp.services.document_requests import (
    UNREACHABLE,
    CoreDocument,
    StructuredDocument,
    is_reachable,
)
from chatapp.services.indexes.forgetting import forget_deleted
from chatapp.services.metadata import check_metadata
from chatapp.services.parts import clean, parts_of


def add_document(
    *,
    corpus: Corpus,
    request: CoreDocument | StructuredDocument,
    fixed: Mapping[str, Any] | None = None,
    may_protect: bool = True,
) -> Document:
    """Index a document as it was sent. See `store_document` for what is refused."""
    if isinstance(request, CoreDocument):
        drafts, metadata = parts_of_core(request), request.metadata
    else:
        drafts = parts_of_structured(request)
        named = {"title": request.title, "description": request.description}
        metadata = {**{key: text for key, text in named.items() if text}, **request.metadata}
    return store_document(
        corpus=corpus,
        key=request.id,
        metadata=metadata,
        drafts=drafts,
        tables=request.tables,
        images=request.images,
        fixed=fixed,
        may_protect=may_protect,
    )


def store_document(
    *,
    corpus: Corpus,
    key: str,
    metadata: dict[str, Any],
    drafts: Sequence[PartDraft],
    tables: Sequence[dict[str, Any]] = (),
    images: Sequence[dict[str, Any]] = (),
    fixed: Mapping[str, Any] | None = None,
    may_protect: bool = True,
) -> Document:
    """Make a document of its parts and let it be found.

    The same document sent again changes nothing; another under its key is a Conflict. Raises
    InvalidInput when there is no text, and NotAllowed when metadata that decides over access is
    set by someone who only may index (`may_protect=False`). `fixed` is metadata that an operator
    has decided on: it wins, and may say what the sender may not.
    """
    if not drafts:
        raise InvalidInput("The document has no text that could be found.", {"text": "Missing."})
    if not is_reachable(key):
        raise InvalidInput(f"The id {UNREACHABLE}.", {"id": UNREACHABLE})
    drafts = [clean(draft) for draft in drafts]
    if not may_protect:
        _check_protected(corpus, metadata, drafts)
    metadata = {**metadata, **(fixed or {})}
    check_metadata(metadata, {})
    document = Document(
        corpus=corpus,
        key=key,
        metadata=metadata,
        tables=list(tables),
        images=list(images),
        digest=_digest(metadata, drafts, tables, images),
    )
    if known := _same(document):
        return known
    parts = parts_of(document, drafts)
    _counted(document, parts)
    try:
        with transaction.atomic():
            _check_encoder(corpus)
            document.save()
            Part.objects.bulk_create(parts, batch_size=500)
            corpus_changed(corpus, parts=len(parts))
    except IntegrityError:
        if known := _same(document):
            return known
        raise
    return document


@transaction.atomic
def set_document_metadata(
    *,
    document: Document,
    metadata: dict[str, Any],
    replace: bool = False,
    may_protect: bool = True,
) -> Document:
    """Put in the place of the document's metadata, or merge: there, null takes a field away."""
    document = _locked(document)
    old, new = document.metadata, dict(metadata)
    if not replace:
        merged = {**old, **new}
        new = {name: value for name, value in merged.items() if new.get(name, value) is not None}
    check_metadata(new, {})
    if not may_protect:
        _check_unchanged(document.corpus, old, new)
    size = len(orjson.dumps(new)) - len(orjson.dumps(old))
    document.metadata = new
    document.metadata_character_count = max(document.metadata_character_count + size, 0)
    document.save(update_fields=["metadata", "metadata_character_count", "updated_at"])
    corpus_changed(document.corpus)
    return document


@transaction.atomic
def delete_document(*, document: Document) -> None:
    document = _locked(document)
    corpus_changed(document.corpus, parts=-document.part_count)
    document.delete()
    forget_deleted()


@transaction.atomic
def delete_documents(*, corpus: Corpus, ids: Collection[int]) -> int:
    """Delete many at once, by their primary keys. Returns how many there were."""
    rows = Document.objects.filter(corpus=corpus, pk__in=ids)
    parts = sum(rows.values_list("part_count", flat=True))
    count = rows.count()
    rows.delete()
    forget_deleted()
    corpus_changed(corpus, parts=-parts)
    return count


def corpus_changed(corpus: Corpus, *, parts: int = 0) -> None:
    """Call in the transaction of every change of what can be found in a corpus."""
    Corpus.objects.filter(pk=corpus.pk).update(
        version=F("version") + 1, part_count=F("part_count") + parts
    )


def protected_names(corpus: Corpus, level: str) -> set[str]:
    attributes = FilterAttribute.objects.filter(corpus=corpus, level=level, protected=True)
    return set(attributes.values_list("name", flat=True))


def _check_protected(corpus: Corpus, metadata: dict[str, Any], drafts: Sequence[PartDraft]) -> None:
    _check_unchanged(corpus, {}, metadata)
    names = protected_names(corpus, FilterAttribute.Level.PART)
    set_by = {name for draft in drafts for name in names & set(draft.metadata)}
    if set_by:
        raise NotAllowed(f"Only who may change this corpus sets {', '.join(sorted(set_by))}.")


def _locked(document: Document) -> Document:
    found = Document.objects.select_for_update().filter(pk=document.pk).first()
    if found is None:
        raise NotFound("Document not found.", missing_id=document.key)
    return found


def _check_unchanged(corpus: Corpus, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    names = protected_names(corpus, FilterAttribute.Level.DOCUMENT)
    changed = sorted(name for name in names if old.get(name) != new.get(name))
    if changed:
        raise NotAllowed(f"Only who may change this corpus sets {', '.join(changed)}.")


def _check_encoder(corpus: Corpus) -> None:
    """Vectors made by an encoder that was left meanwhile must not come in."""
    stored = Corpus.objects.select_for_update().filter(pk=corpus.pk).first()
    if stored is None:
        raise NotFound("Corpus not found.", missing_id=corpus.key)
    if stored.embedding_version != corpus.embedding_version:
        raise Conflict("The corpus has moved to another encoder. Send the document again.")


def _same(document: Document) -> Document | None:
    """What is stored under this key, if it is the same. Raises Conflict if it is not."""
    known = Document.objects.filter(corpus=document.corpus, key=document.key).first()
    if known and known.digest != document.digest:
        raise Conflict(f"There is another document with the id {document.key!r} already.")
    return known


def _counted(document: Document, parts: Sequence[Part]) -> None:
    document.part_count = len(parts)
    document.character_count = sum(len(part.text) for part in parts)
    everything = [document.metadata, *(part.metadata for part in parts)]
    document.metadata_character_count = sum(len(orjson.dumps(one)) for one in everything)


def _digest(*values: Any) -> str:
    packed = orjson.dumps(values, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(packed).hexdigest()
