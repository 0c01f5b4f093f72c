"""Questions to the files of the session and to the knowledge base; summaries and outlines."""

from collections.abc import Sequence

from chatapp.llm.builtin.citations import Numbering
from chatapp.llm.builtin.digests import digest
from chatapp.llm.builtin.evidence import Evidence, evidence_in_files, ranked
from chatapp.llm.builtin.files import SessionFile
from chatapp.llm.builtin.gathering import (
    evidence_for,
    files_for,
    gather,
    query_of,
    whole_query_of,
)
from chatapp.llm.builtin.moves import Move, Say
from chatapp.llm.builtin.quoting import lead, quotations, shown_rows, worth_quoting
from chatapp.llm.builtin.reading import read_files
from chatapp.llm.builtin.situation import Situation
from chatapp.llm.builtin.speech import is_question
from chatapp.llm.builtin.table_answers import row_answer, value_answer, whole_table
from chatapp.llm.builtin.tables import find_in_table
from chatapp.llm.builtin.wishes import HEADINGS, SUMMARY, TABLE, one_of
from chatapp.search.passages import headings
from chatapp.search.ranking import Hit
from chatapp.search.sentences import sentences
from chatapp.search.words import terms

MOST_HEADINGS = 60
MOST_ROWS = 40

_ASKS = one_of(
    r"what|tell|which|how|who|when|where|why|find|show",
    r"was|wie|wer|wann|wo|nenn\w*",
    r"combien|quel\w*",
    r"dime|cuant\w*|cual\w*",
)


def sources(situation: Situation) -> Move | None:
    if not situation.message and not situation.concerned_files:
        return None
    if summary_wanted(situation):
        return summary_of(situation)
    if situation.files and HEADINGS.search(situation.folded):
        return _outline(situation)
    return _found(situation)


def summary_wanted(situation: Situation) -> bool:
    """Asked for in words, or a file dropped without any question."""
    if situation.files and SUMMARY.search(situation.folded):
        return True
    dropped = any(file.is_fresh for file in situation.files)
    return dropped and len(terms(situation.message)) < 12 and not _asks(situation)


def _asks(situation: Situation) -> bool:
    said = situation.folded
    if _ASKS.search(said) or TABLE.search(said):
        return True
    return any(map(is_question, sentences(situation.message[:2000])))


def summary_of(situation: Situation) -> Move:
    """Read the files, then tell each in a few points."""
    files = files_for(situation)
    if not situation.concerned_files:
        files = files[:1]
    return read_files(situation, files, "") or summary(situation, files)


def summary(situation: Situation, files: list[SessionFile]) -> Say:
    """What is known of these files, in short."""
    numbering = Numbering()
    told = [_summary(situation, file, numbering) for file in files]
    return Say("\n\n".join(told), numbering.sources)


def unreadable(situation: Situation, file: SessionFile) -> str:
    """Why nothing of this file is known."""
    if file.total_lines is not None:
        return situation.phrase("file_empty", name=file.name)
    if file.error.strip("?"):
        return situation.phrase("unreadable", name=file.name, error=file.error)
    return situation.phrase("cannot_read", name=file.name)


def _summary(situation: Situation, file: SessionFile, numbering: Numbering) -> str:
    evidence = evidence_in_files([file])
    if not evidence:
        return unreadable(situation, file)
    evidence = _section_asked(situation, evidence) or evidence
    first = next(iter(headings(file.text)), None)
    about = f" (“{first.title}”)" if first and first.level == 1 else ""
    text = f"{situation.phrase('in_short', name=file.name, about=about)}\n\n"
    return text + digest(situation, evidence, numbering) + _partly(situation, file)


def _section_asked(situation: Situation, evidence: list[Evidence]) -> list[Evidence]:
    """`Summarise the section on pay` wants only that section."""
    asked = set(terms(situation.message))
    return [one for one in evidence if (named := set(terms(one.heading))) and named <= asked]


def _partly(situation: Situation, file: SessionFile) -> str:
    if file.is_read_whole or file.total_lines is None:
        return ""
    read = situation.phrase("partly_read", read=len(file.lines), total=file.total_lines)
    return f"\n\n*{read}*"


def _outline(situation: Situation) -> Move:
    files = files_for(situation)[: None if situation.concerned_files else 1]
    return read_files(situation, files, "") or Say(
        "\n\n".join(_headings(situation, file) for file in files)
    )


def _headings(situation: Situation, file: SessionFile) -> str:
    if not file.text.strip():
        return unreadable(situation, file)
    found = headings(file.text)
    if not found:
        return situation.phrase("no_headings", name=file.name)
    top = min(heading.level for heading in found)
    lines = [situation.phrase("headings_of", name=file.name, count=len(found)), ""]
    for heading in found[:MOST_HEADINGS]:
        indent = "  " * min(heading.level - top, 4)
        lines.append(f"{indent}- {heading.title}{_place(situation, heading.location)}")
    return "\n".join(lines) + _partly(situation, file)


def _place(situation: Situation, location: str) -> str:
    kind, _, label = location.partition(" ")
    return f" ({situation.phrase(kind, label=label)})" if label else ""


def _found(situation: Situation) -> Move | None:
    """Answer from what can be read and searched. None if that holds no answer."""
    about_files = bool(situation.concerned_files)
    step = gather(situation, search=not about_files)
    if step:
        return step
    evidence = evidence_for(situation)
    query = query_of(situation)
    if TABLE.search(situation.folded) and (shown := _table(situation, query, evidence)):
        return shown
    for asked in dict.fromkeys([query, whole_query_of(situation)]):
        hits = ranked(asked, evidence, situation.embedder)
        if said := _answer(situation, hits, evidence):
            return said
    # The file has no answer; perhaps the knowledge base has.
    return gather(situation, search=True) if about_files else None


def _table(situation: Situation, query: str, evidence: list[Evidence]) -> Say | None:
    """The table that fits the question best, shown whole unless one cell is asked for."""
    hits = ranked(query, [one for one in evidence if one.is_table], situation.embedder, limit=1)
    table = whole_table(hits[0].passage, evidence) if hits else None
    if table is None:
        return None
    if find_in_table(query, table):
        return _answer(situation, hits, evidence)
    numbering = Numbering()
    said = f"{lead(situation, [hits[0].passage])} {numbering.cite(hits[0].passage)}"
    rows = shown_rows(table, table.rows, most=MOST_ROWS)
    return Say(f"{said}\n\n{rows}", numbering.sources)


def _answer(
    situation: Situation, hits: Sequence[Hit[Evidence]], evidence: Sequence[Evidence]
) -> Say | None:
    """A cell or sum of a table, if that is asked for; else the best hits. None if all are poor."""
    if value := value_answer(situation, hits, evidence):
        return value
    if hits and hits[0].is_relevant:
        return quotations(situation, worth_quoting(hits))
    return row_answer(situation, hits, evidence)
