"""Writes an answer as quotations with numbered sources. Invents nothing."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from chatapp.events.bodies import Source
from chatapp.llm.builtin.evidence import Evidence
from chatapp.llm.builtin.moves import Say
from chatapp.llm.builtin.situation import Situation
from chatapp.llm.builtin.tables import (
    Table,
    find_in_table,
    labelled_rows,
    matching_rows,
    parse_table,
)
from chatapp.llm.builtin.wishes import topic_of
from chatapp.search.ranking import Hit, best_sentences
from chatapp.search.words import terms

MOST_QUOTES = 3
AS_GOOD = 0.8
LONGEST_WHOLE = 350
LONGEST_SECTION = 450
MOST_ROWS = 12
LONGEST_SOURCE = 300

_IMAGE = re.compile(r"!\[([^\]]{0,200})\]\([^)\s]{0,2000}\)")
_LINK = re.compile(r"\[([^\]]{1,300})\]\([^)\s]{0,2000}\)")


class Numbering:
    """Gives each place that is cited its number."""

    def __init__(self) -> None:
        self._sources: list[Source] = []

    def cite(self, evidence: Evidence) -> str:
        """The mark for this evidence: the same place has the same number."""
        for source in self._sources:
            if _place(source) == _place(evidence):
                return f"[{source.number}]"
        self._sources.append(_source(len(self._sources) + 1, evidence))
        return f"[{len(self._sources)}]"

    @property
    def sources(self) -> tuple[Source, ...]:
        return tuple(self._sources)


def answer(
    situation: Situation, hits: Sequence[Hit[Evidence]], evidence: Sequence[Evidence]
) -> Say | None:
    """A cell or sum of a table, if that is asked for; else the best hits. None if all are poor."""
    if value := _value_answer(situation, hits, evidence):
        return value
    if hits and hits[0].is_relevant:
        return quotations(situation, worth_quoting(hits))
    return _row_answer(situation, hits, evidence)


def quotations(situation: Situation, hits: Sequence[Hit[Evidence]]) -> Say:
    """The hits, quoted, behind words that name where they come from."""
    numbering = Numbering()
    parts = [lead(situation, [hit.passage for hit in hits])]
    parts += [_quotation(situation, hit.passage, numbering) for hit in hits]
    return Say("\n\n".join(parts), numbering.sources)


def _quotation(situation: Situation, passage: Evidence, numbering: Numbering) -> str:
    text = excerpt(situation, passage)
    mark = numbering.cite(passage)
    return f"{text}\n\n{mark}" if passage.is_table else quote(f"{text} {mark}")


def worth_quoting(hits: Sequence[Hit[Evidence]]) -> list[Hit[Evidence]]:
    """The best hit and those nearly as good, each text once."""
    chosen: list[Hit[Evidence]] = []
    for hit in hits:
        good = hit.is_relevant and hit.confidence >= AS_GOOD * hits[0].confidence
        fresh = all(hit.passage.text != other.passage.text for other in chosen)
        if not chosen or (good and fresh):
            chosen.append(hit)
    return chosen[:MOST_QUOTES]


def lead(situation: Situation, evidence: Sequence[Evidence]) -> str:
    titles = list(dict.fromkeys(one.title for one in evidence))
    if len(evidence) > 1 or not titles[0]:
        named = ", ".join(f"**{title}**" for title in titles if title)
        return situation.phrase("found_in", titles=named or situation.phrase("the_sources"))
    return situation.phrase("it_says", title=titles[0], where=where(situation, evidence[0]))


def where(situation: Situation, evidence: Evidence) -> str:
    """` (page 3, “Summary”)`, in the language of the answer; empty if nothing is known."""
    kind, _, label = evidence.location.partition(" ")
    known = kind in ("page", "slide", "sheet") and label
    parts = [situation.phrase(kind, label=label) if known else evidence.location]
    parts.append(f"“{evidence.heading}”" if evidence.heading else "")
    named = ", ".join(part for part in parts if part)
    return f" ({named})" if named else ""


def excerpt(situation: Situation, passage: Evidence) -> str:
    """The part of a passage that answers: rows of a table, a short block, or a few sentences."""
    question = topic_of(situation.question)
    if passage.is_table and (table := parse_table(passage.text)):
        rows = matching_rows(question, table) or table.rows
        return table.markdown(rows[:MOST_ROWS])
    if len(passage.text) <= LONGEST_SECTION and set(terms(question)) <= set(terms(passage.heading)):
        return harmless(passage.text)
    (best,) = best_sentences(question, passage.text, situation.embedder, limit=1) or [passage.text]
    block = next((part for part in passage.text.split("\n\n") if best[:40] in _joined(part)), best)
    if len(block) <= LONGEST_WHOLE:
        return harmless(_with_what_follows(block, passage.text))
    return harmless(_with_gaps(best_sentences(question, block, situation.embedder, limit=2), block))


def quote(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def harmless(text: str) -> str:
    """A quotation brings no images and no links of its own."""
    return _LINK.sub(r"\1", _IMAGE.sub(r"\1", text))


def whole_table(piece: Evidence, evidence: Sequence[Evidence]) -> Table | None:
    """The table a piece was cut from, put together again."""
    table = parse_table(piece.text)
    if table is None:
        return None
    rows = [
        row
        for other in evidence
        if other.is_table
        and (other.artifact_id, other.heading) == (piece.artifact_id, piece.heading)
        if (part := parse_table(other.text)) and part.header == table.header
        for row in part.rows
    ]
    return replace(table, rows=rows or table.rows)


def _value_answer(
    situation: Situation, hits: Sequence[Hit[Evidence]], evidence: Sequence[Evidence]
) -> Say | None:
    """The very value asked for. A table that is unlike the question must name row and column."""
    for hit, table in _tables(hits, evidence):
        finding = find_in_table(situation.question, table)
        if finding and (finding.is_sure or hit.is_relevant):
            numbering = Numbering()
            key = f"table_{finding.kind}"
            said = situation.phrase(
                key, label=finding.label, column=finding.column, value=finding.value
            )
            rows = table.markdown(finding.rows[:MOST_ROWS])
            return Say(f"{said} {numbering.cite(hit.passage)}\n\n{rows}", numbering.sources)
    return None


def _row_answer(
    situation: Situation, hits: Sequence[Hit[Evidence]], evidence: Sequence[Evidence]
) -> Say | None:
    """The rows about what the question names, though nothing else of it is in the table."""
    for hit, table in _tables(hits, evidence):
        if rows := labelled_rows(situation.question, table):
            numbering = Numbering()
            said = f"{lead(situation, [hit.passage])} {numbering.cite(hit.passage)}"
            return Say(f"{said}\n\n{table.markdown(rows[:MOST_ROWS])}", numbering.sources)
    return None


def _tables(
    hits: Sequence[Hit[Evidence]], evidence: Sequence[Evidence]
) -> Iterator[tuple[Hit[Evidence], Table]]:
    for hit in hits:
        if hit.passage.is_table and (table := whole_table(hit.passage, evidence)):
            yield hit, table


def _with_what_follows(block: str, text: str) -> str:
    """A paragraph that ends in a colon is nothing without the list after it."""
    following = text.partition(f"{block}\n\n")[2].split("\n\n")[0]
    return f"{block}\n\n{following}" if block.rstrip().endswith(":") and following else block


def _with_gaps(chosen: Sequence[str], block: str) -> str:
    """The sentences in one text, an ellipsis where something was left out between them."""
    together = " ".join(chosen)
    return together if together in _joined(block) else " … ".join(chosen)


def _joined(block: str) -> str:
    return " ".join(line.strip() for line in block.splitlines())


def _place(one: Source | Evidence) -> tuple[str, str, str, str]:
    return one.title, one.location, one.artifact_id, one.document_id


def _source(number: int, evidence: Evidence) -> Source:
    return Source(
        number=number,
        title=evidence.title,
        location=evidence.location,
        artifact_id=evidence.artifact_id,
        document_id=evidence.document_id,
        corpus_key=evidence.corpus_key,
        text=evidence.text[:LONGEST_SOURCE],
    )
