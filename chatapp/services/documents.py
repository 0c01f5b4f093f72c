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
from chatapp.search.words import terms
from chatapp.services.chunking import PartDraft, parts_of_core, parts_of_structured
from chatapp.services.document_requests import CoreDocument, StructuredDocument
from chatapp.services.embedding import embedder_of
from chatapp.services.indexes.forgetting import forget_deleted
from chatapp.services.metadata import check_metadata

MOST_TERMS = 40_000
EMBEDDED_AT_ONCE = 512


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
    drafts = [_clean(draft) for draft in drafts]
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
    parts = _parts(document, drafts)
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


def _parts(document: Document, drafts: Sequence[PartDraft]) -> list[Part]:
    corpus = document.corpus
    defaults = {
        dimension["name"]: float(dimension.get("indexing_default", 0))
        for dimension in corpus.custom_dimensions
        if dimension.get("indexing_default")
    }
    parts = [
        Part(
            corpus=corpus,
            document=document,
            position=position,
            text=draft.text,
            context=draft.context,
            metadata=draft.metadata,
            custom_dimensions={**defaults, **draft.custom_dimensions},
            table_id=draft.table_id,
            image_id=draft.image_id,
            terms=terms_of(draft.text, draft.context),
        )
        for position, draft in enumerate(drafts)
    ]
    embed_parts(parts, corpus.encoder_name)
    document.part_count = len(parts)
    document.character_count = sum(len(part.text) for part in parts)
    document.metadata_character_count = _metadata_size(document, parts)
    return parts


def embed_parts(parts: Sequence[Part], encoder_name: str, field: str = "vector") -> None:
    embedder = embedder_of(encoder_name)
    for start in range(0, len(parts), EMBEDDED_AT_ONCE):
        batch = parts[start : start + EMBEDDED_AT_ONCE]
        vectors = embedder.embed([embedded_text(part.text, part.context) for part in batch])
        for part, vector in zip(batch, vectors, strict=True):
            setattr(part, field, vector)


def embedded_text(text: str, context: str) -> str:
    """A passage is often only understood with its heading."""
    return f"{context}\n{text}" if context and len(context) <= len(text) else text


def terms_of(text: str, context: str) -> str:
    return " ".join(terms(f"{context}\n{text}"))[:MOST_TERMS]


def _clean(draft: PartDraft) -> PartDraft:
    """What a database cannot store becomes a space: NUL and halves of characters."""
    check_metadata(draft.metadata, {})
    return PartDraft(
        text=_storable(draft.text),
        context=_storable(draft.context),
        metadata=draft.metadata,
        custom_dimensions=draft.custom_dimensions,
        table_id=draft.table_id,
        image_id=draft.image_id,
    )


def _storable(text: str) -> str:
    return text.replace("\x00", " ").encode("utf-8", "replace").decode()


def _metadata_size(document: Document, parts: Any) -> int:
    return sum(len(orjson.dumps(one.metadata)) for one in (document, *parts))


def _digest(*values: Any) -> str:
    packed = orjson.dumps(values, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(packed).hexdigest()
