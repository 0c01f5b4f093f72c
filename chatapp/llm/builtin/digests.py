"""Makes long texts short: the most telling sentences of a document or a conversation."""

import re
from collections.abc import Sequence

import numpy as np

from chatapp.events.bodies import AgentOutput, InputMessage
from chatapp.llm.builtin.citations import Numbering
from chatapp.llm.builtin.conversation import Conversation
from chatapp.llm.builtin.evidence import Evidence
from chatapp.llm.builtin.facts import statements_in
from chatapp.llm.builtin.files import SessionFile
from chatapp.llm.builtin.quoting import harmless
from chatapp.llm.builtin.situation import Situation
from chatapp.llm.builtin.speech import is_command, is_question
from chatapp.llm.builtin.tables import parse_table
from chatapp.search.embedder import Embedder
from chatapp.search.ranking import mmr
from chatapp.search.sentences import sentences

MOST_POINTS = 8
MOST_OTHERS = 20
MOST_SENTENCES = 300
LONGEST_POINT = 280
LONGEST_SUMMARY = 6_000

_ITEM = re.compile(r"^(?:[-*+•–]|\d{1,3}[.)]) ")
_ENDS = (".", "!", "?", "…", ":", "。", "！", "？", "”", '"', ")")


def digest(situation: Situation, evidence: Sequence[Evidence], numbering: Numbering) -> str:
    """A list of points, one a section, or the central sentences where there are no sections."""
    sections = _sections(evidence)
    if len(sections) == 1:
        return _points(central(_prose(evidence), situation.embedder, limit=5), evidence, numbering)
    lines = []
    chosen = _weightiest(sections, situation.embedder)
    for section in chosen:
        said = _telling(situation, section)
        heading = f"**{section[0].heading}**: " if section[0].heading else ""
        lines.append(f"- {heading}{said} {numbering.cite(section[0])}")
    others = [one[0].heading for one in sections if one not in chosen and one[0].heading]
    if others:
        named = ", ".join(dict.fromkeys(others[:MOST_OTHERS])) + (
            "…" if others[MOST_OTHERS:] else ""
        )
        lines += ["", situation.phrase("also_about", headings=named)]
    return "\n".join(lines)


def central(parts: Sequence[str], embedder: Embedder, *, limit: int) -> list[str]:
    """The sentences nearest to the whole that do not repeat each other, in their order."""
    parts = list(dict.fromkeys(parts))[:MOST_SENTENCES]
    if len(parts) <= limit:
        return parts
    vectors = embedder.embed(parts)
    nearness = vectors @ vectors.mean(axis=0)
    length = np.array([min(len(part) / 60, 1) for part in parts], dtype=np.float32)
    early = np.linspace(0.1, 0, len(parts), dtype=np.float32)
    scores = (nearness / max(float(nearness.max()), 1e-9) * length + early).astype(np.float32)
    return [parts[at] for at in sorted(mmr(vectors, scores, limit=limit))]


def conversation_digest(conversation: Conversation, files: Sequence[SessionFile]) -> str:
    """What must not be forgotten: what the user stated, what was asked and answered, the files.

    The built-in model reads this text again later, so the lists of statements and files have a
    form of their own (`facts.stated`, `files.session_files`).
    """
    parts = [_earlier_summary(conversation), _statements(conversation), _exchanges(conversation)]
    if files:
        listed = (
            f"- {file.name} · {file.artifact_id} · {file.mime_type or 'text/plain'}"
            for file in files
        )
        parts.append("Files:\n" + "\n".join(listed))
    return "\n\n".join(part for part in parts if part)[:LONGEST_SUMMARY]


def _sections(evidence: Sequence[Evidence]) -> list[list[Evidence]]:
    """Neighbouring passages under one heading; without headings, on one page."""
    sections: list[list[Evidence]] = []
    for passage in evidence:
        key = (passage.title, passage.heading or passage.location)
        if sections and key == (
            sections[-1][0].title,
            sections[-1][0].heading or sections[-1][0].location,
        ):
            sections[-1].append(passage)
        else:
            sections.append([passage])
    return _without_furniture(sections)


def _without_furniture(sections: list[list[Evidence]]) -> list[list[Evidence]]:
    """A header line before the first heading is no section, unless it is all there is."""
    real = [
        section
        for section in sections
        if section[0].heading or sum(len(one.text) for one in section) > 40
    ]
    return real or sections


def _weightiest(sections: list[list[Evidence]], embedder: Embedder) -> list[list[Evidence]]:
    if len(sections) <= MOST_POINTS:
        return sections
    vectors = embedder.embed([" ".join(one.full_text for one in section) for section in sections])
    scores = vectors @ vectors.mean(axis=0)
    chosen = mmr(vectors, scores.astype(np.float32), limit=MOST_POINTS)
    return [sections[at] for at in sorted(chosen)]


def _telling(situation: Situation, section: Sequence[Evidence]) -> str:
    """What a section says, in one or two sentences; of a table, what it lists."""
    prose = central(_prose(section), situation.embedder, limit=2)
    if prose:
        items = [_ITEM.sub("", one) for one in prose]
        separator = " · " if prose != items else " "
        return harmless(separator.join(items))[:LONGEST_POINT]
    table = next((found for one in section if (found := parse_table(one.text))), None)
    if table is None:
        return harmless(" ".join(section[0].text.split()))[:LONGEST_POINT]
    columns = ", ".join(cell for cell in table.header if cell)
    return situation.phrase("a_table", columns=columns, count=len(table.rows))


def _prose(evidence: Sequence[Evidence]) -> list[str]:
    """Whole sentences; list items and fragments only where there are no sentences."""
    found = [
        sentence
        for passage in evidence
        if not passage.is_table
        for sentence in sentences(passage.text)
        if len(sentence) > 8
    ]
    whole = [one for one in found if not _ITEM.match(one) and one.endswith(_ENDS)]
    return whole or found


def _points(chosen: Sequence[str], evidence: Sequence[Evidence], numbering: Numbering) -> str:
    lines = []
    for sentence in chosen:
        holder = next(
            (one for one in evidence if sentence[:40] in " ".join(one.text.split())), None
        )
        mark = f" {numbering.cite(holder)}" if holder else ""
        item = _ITEM.sub("", harmless(sentence))
        lines.append(f"- {item[:LONGEST_POINT]}{mark}")
    return "\n".join(lines)


def _earlier_summary(conversation: Conversation) -> str:
    return conversation.summary.strip()[: LONGEST_SUMMARY // 2]


def _statements(conversation: Conversation) -> str:
    told = [fact for message in conversation.earlier for fact in statements_in(message[:4000])]
    lines = [f"- “{fact}”" for fact in dict.fromkeys(told) if len(fact.split()) > 2]
    return "The user said:\n" + "\n".join(lines[-40:]) if lines else ""


def _exchanges(conversation: Conversation) -> str:
    lines: list[str] = []
    asked = ""
    for body in conversation.history:
        if isinstance(body, InputMessage):
            wants = is_command(body.text) or any(map(is_question, sentences(body.text[:4000])))
            asked = " ".join(body.text.split())[:200] if wants else ""
        elif isinstance(body, AgentOutput) and asked:
            lines.append(f"- {asked} → {_opening(body.content)}")
            asked = ""
    return "Asked and answered:\n" + "\n".join(lines[-12:]) if lines else ""


def _opening(answer: str) -> str:
    """The first lines of an answer in one, without marks of quotation."""
    text = " ".join(line.lstrip("> ") for line in answer.splitlines() if line.strip("> "))
    return text if len(text) <= 200 else f"{text[:200].rsplit(' ', 1)[0]} …"
