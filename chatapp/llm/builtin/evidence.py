"""Passages that may hold the answer, each knowing the file or document it comes from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from chatapp.llm.builtin.conversation import Call, dicts_of, int_of, text_of
from chatapp.llm.builtin.files import SessionFile
from chatapp.search.embedder import Embedder
from chatapp.search.passages import Passage, split
from chatapp.search.ranking import Hit, Lexicon, rank_few

MOST_PASSAGES = 600
LONGEST_TEXT = 400_000
LONGEST_RESULT = 4_000


@dataclass(frozen=True, slots=True)
class Evidence(Passage):
    title: str = ""
    artifact_id: str = ""
    document_id: str = ""
    corpus_key: str = ""


def evidence_in_files(files: Iterable[SessionFile]) -> list[Evidence]:
    return [
        Evidence(
            text=passage.text,
            location="" if passage.location.endswith(" ?") else passage.location,
            heading=passage.heading,
            start_line=passage.start_line,
            title=file.name,
            artifact_id=file.artifact_id,
        )
        for file in files
        for passage in split(file.text[:LONGEST_TEXT])
    ]


def evidence_in_results(calls: Iterable[Call]) -> list[Evidence]:
    """What the knowledge base found, each document's text once."""
    found: dict[str, Evidence] = {}
    for call in calls:
        for result in dicts_of((call.output or {}).get("search_results")):
            if text := text_of(result.get("text"))[:LONGEST_RESULT].strip():
                found.setdefault(text, _from_result(text, result))
    return list(found.values())


def ranked(
    query: str, evidence: Sequence[Evidence], embedder: Embedder, *, limit: int = 6
) -> list[Hit[Evidence]]:
    """The best evidence first. Of very much, only what shares words with the query is compared."""
    if len(evidence) > MOST_PASSAGES:
        scores = Lexicon([passage.full_text for passage in evidence]).bm25(query)
        kept = np.argsort(-scores, kind="stable")[:MOST_PASSAGES]
        evidence = [evidence[at] for at in sorted(kept)]
    return rank_few(query, evidence, embedder, limit=limit)


def _from_result(text: str, result: dict[str, Any]) -> Evidence:
    document, part = (_dict_of(result.get(f"{level}_metadata")) for level in ("document", "part"))
    document_id = text_of(result.get("document_id"))
    page = int_of(part.get("page"), 0)
    return Evidence(
        text=text,
        location=f"page {page}" if page else text_of(part.get("location")),
        heading=text_of(part.get("title") or part.get("section_title")),
        title=text_of(document.get("title")) or document_id,
        document_id=document_id,
        corpus_key=text_of(result.get("corpus_key")),
    )


def _dict_of(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
