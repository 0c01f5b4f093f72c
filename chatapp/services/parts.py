"""From drafts to the parts of a document: what is stored of each, with its words and vector."""

from collections.abc import Sequence
from dataclasses import replace

from chatapp.models import Document, Part
from chatapp.search.words import terms
from chatapp.services.chunking import PartDraft
from chatapp.services.embedding import embedder_of
from chatapp.services.metadata import check_metadata

MOST_TERMS = 40_000
EMBEDDED_AT_ONCE = 512


def parts_of(document: Document, drafts: Sequence[PartDraft]) -> list[Part]:
    """Not stored yet. Raises ProviderError if the embedder does not answer."""
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
            terms=" ".join(terms(f"{draft.context}\n{draft.text}"))[:MOST_TERMS],
        )
        for position, draft in enumerate(drafts)
    ]
    embed_parts(parts, corpus.encoder_name)
    return parts


def embed_parts(parts: Sequence[Part], encoder_name: str, field: str = "vector") -> None:
    embedder = embedder_of(encoder_name)
    for start in range(0, len(parts), EMBEDDED_AT_ONCE):
        batch = parts[start : start + EMBEDDED_AT_ONCE]
        vectors = embedder.embed([_embedded(part) for part in batch])
        for part, vector in zip(batch, vectors, strict=True):
            setattr(part, field, vector)


def clean(draft: PartDraft) -> PartDraft:
    """What a database cannot store becomes a space: NUL and halves of characters.

    Raises InvalidInput for metadata that no database could store.
    """
    check_metadata(draft.metadata, {})
    return replace(draft, text=_storable(draft.text), context=_storable(draft.context))


def _embedded(part: Part) -> str:
    """A passage is often only understood with its heading."""
    is_short = part.context and len(part.context) <= len(part.text)
    return f"{part.context}\n{part.text}" if is_short else part.text


def _storable(text: str) -> str:
    return text.replace("\x00", " ").encode("utf-8", "replace").decode()
