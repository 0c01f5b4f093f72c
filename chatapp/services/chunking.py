"""From what was sent to the parts that are indexed. Writes nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from chatapp.search.languages import language_of
from chatapp.search.passages import LONGEST_PASSAGE, Passage, split
from chatapp.services.document_requests import (
    Chunking,
    CoreDocument,
    MaxCharacters,
    Section,
    StructuredDocument,
)


@dataclass(frozen=True, slots=True)
class PartDraft:
    """A part before it is stored. `context` is compared with queries but not shown as text."""

    text: str
    context: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)
    custom_dimensions: Mapping[str, float] = field(default_factory=dict)
    table_id: str = ""
    image_id: str = ""


def parts_of_core(document: CoreDocument) -> list[PartDraft]:
    """One part for each that was sent; those without text cannot be found and are left out."""
    return [
        PartDraft(
            text=part.text,
            context=part.context,
            metadata=part.metadata,
            custom_dimensions=part.custom_dimensions,
            table_id=part.table_id,
            image_id=part.image_id,
        )
        for part in document.document_parts
        if part.text.strip()
    ]


def parts_of_structured(document: StructuredDocument) -> list[PartDraft]:
    longest = _longest(document.chunking_strategy)
    return [
        _draft(
            passage,
            {"section": section.id if section.id is not None else number, **section.metadata},
            context=" › ".join(path) or document.title,
            custom_dimensions=document.custom_dimensions,
        )
        for number, (section, path) in enumerate(_walk(document.sections, ()), start=1)
        for passage in split(section.text, longest=longest)
    ]


def parts_of_markdown(markdown: str, chunking: Chunking, title: str = "") -> list[PartDraft]:
    """Parts of a converted file; each knows its page and the heading above it."""
    return [
        _draft(passage, {}, context=title)
        for passage in split(markdown, longest=_longest(chunking))
    ]


def _draft(
    passage: Passage,
    metadata: Mapping[str, Any],
    *,
    context: str = "",
    custom_dimensions: Mapping[str, float] | None = None,
) -> PartDraft:
    own: dict[str, Any] = {}
    heading = passage.heading or context
    if heading:
        own["title"] = heading
    if language := language_of(passage.text):
        own["lang"] = language
    if passage.location:
        own["location"] = passage.location
        kind, _, number = passage.location.partition(" ")
        if number.isdigit():
            own[kind] = int(number)
    return PartDraft(
        text=passage.text,
        context=heading,
        metadata={**own, **metadata},
        custom_dimensions=custom_dimensions or {},
    )


def _longest(chunking: Chunking) -> int:
    if isinstance(chunking, MaxCharacters):
        return chunking.max_chars_per_chunk
    return LONGEST_PASSAGE


def _walk(
    sections: list[Section], path: tuple[str, ...]
) -> Iterator[tuple[Section, tuple[str, ...]]]:
    for section in sections:
        here = (*path, section.title) if section.title else path
        yield section, here
        yield from _walk(section.sections, here)
