"""A passage that an answer cites, in what stands around it, as far as the reader may see that."""

import re
from dataclasses import dataclass

from django.db.models import QuerySet

from chatapp.events.bodies import Source
from chatapp.lib.mime import kind_of
from chatapp.models import Artifact, Corpus, Part, Session, User
from chatapp.services.artifacts import read_artifact

MAX_BYTES = 2_000_000
AROUND = 1_200
COMPARED_WORDS = 60
MOST_ALIKE = 20
TEXTS = {"text", "code", "markdown", "csv", "json", "html"}


@dataclass(frozen=True, slots=True)
class Passage:
    """`artifact` is the file it is from, if it is still there."""

    before: str
    text: str
    after: str
    artifact: Artifact | None = None


def passage_of(*, source: Source, session: Session, reader: User) -> Passage:
    """Of a document only those see more than was cited who may search its corpus themselves."""
    if source.artifact_id:
        return _of_file(source, session)
    corpus = Corpus.objects.visible_to(reader).filter(key=source.corpus_key).first()
    return _of_document(source, corpus) if corpus else Passage("", source.text, "")


def _of_file(source: Source, session: Session) -> Passage:
    artifact = session.artifacts.alive().filter(key=source.artifact_id).first()
    readable = _in_text(artifact) if artifact else None
    if readable is None:
        return Passage("", source.text, "", artifact)
    text = read_artifact(readable, MAX_BYTES).decode("utf-8-sig", "replace")
    found = _find(source.text, text)
    if found is None:
        return Passage("", source.text, "", artifact)
    begin, end = found
    return Passage(_end_of(text[:begin]), text[begin:end], _start_of(text[end:]), artifact)


def _in_text(artifact: Artifact) -> Artifact | None:
    """The file itself, or what it was converted to."""
    made = artifact.session.artifacts.alive().filter(derived_from=artifact).order_by("-pk")
    return next((one for one in (artifact, *made) if kind_of(one.mime_type) in TEXTS), None)


def _of_document(source: Source, corpus: Corpus) -> Passage:
    parts = Part.objects.filter(corpus=corpus, document__key=source.document_id)
    first_words = " ".join(source.text.split()[:4])
    alike = parts.filter(text__contains=first_words).order_by("position")[:MOST_ALIKE]
    for here in alike.only("position", "text") if first_words else ():
        if place := _find(source.text, here.text):
            return _in_its_surroundings(here, place, parts)
    return Passage("", source.text, "")


def _in_its_surroundings(here: Part, place: tuple[int, int], parts: QuerySet[Part]) -> Passage:
    begin, end = place
    beside = parts.filter(position__in=(here.position - 1, here.position + 1))
    texts = dict(beside.values_list("position", "text"))
    before, after = texts.get(here.position - 1, ""), texts.get(here.position + 1, "")
    return Passage(
        _end_of(f"{before}\n{here.text[:begin]}"),
        here.text[begin:end],
        _start_of(f"{here.text[end:]}\n{after}"),
    )


def _find(cited: str, text: str) -> tuple[int, int] | None:
    """Where it begins and ends; spaces and line breaks are all one."""
    words = cited.rstrip("… ").split()
    if not words:
        return None
    begin = _search(words[:COMPARED_WORDS], text, 0)
    if begin is None:
        return None
    end = _search(words[-COMPARED_WORDS:], text, begin.start())
    return begin.start(), max(begin.end(), end.end() if end else 0)


def _search(words: list[str], text: str, place: int) -> re.Match[str] | None:
    return re.compile(r"\s+".join(map(re.escape, words))).search(text, place)


def _end_of(text: str) -> str:
    text = text.strip()
    return text if len(text) <= AROUND else "… " + text[-AROUND:].partition(" ")[2]


def _start_of(text: str) -> str:
    text = text.strip()
    return text if len(text) <= AROUND else text[:AROUND].rpartition(" ")[0] + " …"
