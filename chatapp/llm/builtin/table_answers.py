"""Answers that stand in a table: the very value asked for, or the rows about what is named."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from chatapp.llm.builtin.citations import Numbering
from chatapp.llm.builtin.evidence import Evidence
from chatapp.llm.builtin.moves import Say
from chatapp.llm.builtin.quoting import lead, shown_rows
from chatapp.llm.builtin.situation import Situation
from chatapp.llm.builtin.tables import Table, find_in_table, labelled_rows, parse_table
from chatapp.search.ranking import Hit


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


def value_answer(
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
            rows = shown_rows(table, finding.rows)
            return Say(f"{said} {numbering.cite(hit.passage)}\n\n{rows}", numbering.sources)
    return None


def row_answer(
    situation: Situation, hits: Sequence[Hit[Evidence]], evidence: Sequence[Evidence]
) -> Say | None:
    """The rows about what the question names, though nothing else of it is in the table."""
    for hit, table in _tables(hits, evidence):
        if rows := labelled_rows(situation.question, table):
            numbering = Numbering()
            said = f"{lead(situation, [hit.passage])} {numbering.cite(hit.passage)}"
            return Say(f"{said}\n\n{shown_rows(table, rows)}", numbering.sources)
    return None


def _tables(
    hits: Sequence[Hit[Evidence]], evidence: Sequence[Evidence]
) -> Iterator[tuple[Hit[Evidence], Table]]:
    for hit in hits:
        if hit.passage.is_table and (table := whole_table(hit.passage, evidence)):
            yield hit, table
