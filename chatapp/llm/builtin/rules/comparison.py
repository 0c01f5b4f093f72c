"""What changed between two files."""

from collections.abc import Sequence

from chatapp.llm.builtin.differences import Change, Differences, differences
from chatapp.llm.builtin.evidence import evidence_in_files
from chatapp.llm.builtin.files import SessionFile
from chatapp.llm.builtin.gathering import files_for
from chatapp.llm.builtin.moves import Move, Say
from chatapp.llm.builtin.quoting import harmless, quote
from chatapp.llm.builtin.reading import read_files
from chatapp.llm.builtin.rules.sources import summary
from chatapp.llm.builtin.situation import Situation
from chatapp.llm.builtin.wishes import COMPARISON, SEVERAL_FILES

MOST_CHANGES = 20
MOST_SENTENCES = 6


def comparison(situation: Situation) -> Move | None:
    files = files_for(situation)
    if len(files) < 2 or not COMPARISON.search(situation.folded):
        return None
    if len(situation.concerned_files) < 2 and not SEVERAL_FILES.search(situation.folded):
        return None
    before, after = sorted(files[:2], key=situation.files.index)
    reading = read_files(situation, [before, after], "")
    if reading:
        return reading
    if not (before.text.strip() and after.text.strip()):
        return None
    old, new = evidence_in_files([before]), evidence_in_files([after])
    found = differences(old, new, situation.embedder)
    if not found.are_versions:
        return summary(situation, [before, after])
    return Say(_told(situation, found, before, after))


def _told(situation: Situation, found: Differences, before: SessionFile, after: SessionFile) -> str:
    if not (found.changes or found.only_before or found.only_after):
        return situation.phrase("no_differences", before=before.name, after=after.name)
    parts = [situation.phrase("differences", before=before.name, after=after.name)]
    if found.changes:
        parts.append(_change_table(found.changes[:MOST_CHANGES], before.name, after.name))
    for file, only in ((before, found.only_before), (after, found.only_after)):
        if only:
            parts += [situation.phrase("only_in", name=file.name), _quotes(only)]
    return "\n\n".join(parts)


def _change_table(changes: Sequence[Change], before: str, after: str) -> str:
    lines = [f"| | {_cell(before)} | {_cell(after)} |", "| --- | --- | --- |"]
    lines += [
        f"| {_cell(change.name)} | {_cell(change.before)} | {_cell(change.after)} |"
        for change in changes
    ]
    return "\n".join(lines)


def _cell(text: str) -> str:
    """A text that cannot break out of its cell. Cells of tables come with their bars escaped."""
    return " ".join(harmless(text).replace("\\|", "|").replace("|", "\\|").split()) or "–"


def _quotes(said: Sequence[str]) -> str:
    return quote("\n\n".join(harmless(one) for one in said[:MOST_SENTENCES]))
