"""Which tools to call so that the text of files is known: convert, read in windows, search.

A short text is read whole; of a long one the beginning, and the places where the words of the
question stand.
"""

import re
from collections.abc import Sequence

from chatapp.llm.builtin.files import OUTLINE, SessionFile
from chatapp.llm.builtin.moves import Act, PlannedCall
from chatapp.llm.builtin.situation import Situation
from chatapp.search.stop_words import STOP_WORDS
from chatapp.search.words import folded, stem

MOST_FILES = 6
WINDOW = 200
MOST_LINES = 1_600
MOST_WINDOWS = 6
MOST_WORDS = 8


def get_to_read(
    situation: Situation, files: Sequence[SessionFile], question: str
) -> tuple[str, list[PlannedCall]]:
    """The thought and the calls that bring the files nearer to being known; no calls when done."""
    files = files[:MOST_FILES]
    if calls := [call for file in files for call in _conversion(situation, file)]:
        return "converting", calls
    return "reading", [call for file in files for call in _reading(situation, file, question)]


def read_files(situation: Situation, files: Sequence[SessionFile], question: str) -> Act | None:
    """The next step of reading these files; None when they are known as well as they can be."""
    thought, calls = get_to_read(situation, files, question)
    return situation.act(thought, calls, files=", ".join(file.name for file in files))


def keywords(question: str) -> list[str]:
    """Beginnings of the words worth searching for, as the text may spell them."""
    found: dict[str, None] = {}
    for word in re.findall(r"[^\W_]{2,}", question.casefold()):
        plain = folded(word)
        if plain not in STOP_WORDS:
            same_length = len(plain) == len(word)
            found[word[: max(len(stem(plain)), 3)] if same_length else word] = None
    return list(found)[:MOST_WORDS]


def _conversion(situation: Situation, file: SessionFile) -> list[PlannedCall]:
    tool = situation.tool("document_conversion")
    if tool is None or file.readable_id or file.error or not file.is_convertible:
        return []
    arguments = {"artifact_id": file.artifact_id, "output_format": "markdown"}
    return [PlannedCall(tool.name, arguments)]


def _reading(situation: Situation, file: SessionFile, question: str) -> list[PlannedCall]:
    tool = situation.tool("artifact_read")
    if tool is None or not file.readable_id or file.error or file.is_read_whole:
        return []
    if file.total_lines is None:
        return [_read(tool.name, file, 1, WINDOW)]
    if file.total_lines <= MOST_LINES:
        return [_read(tool.name, file, *window) for window in _gaps(file, file.total_lines)]
    return _search_and_read(situation, file, question, tool.name)


def _search_and_read(
    situation: Situation, file: SessionFile, question: str, read: str
) -> list[PlannedCall]:
    """A long text: find the lines with the words of the question, then read around them."""
    search = situation.tool("artifact_grep")
    words = keywords(question)
    if search is None or not words:
        return [_read(read, file, *window) for window in _gaps(file, MOST_LINES)]
    if not file.was_searched:
        wanted = "|".join(re.escape(word) for word in words)
        return [_grep(search.name, file, pattern) for pattern in (wanted, OUTLINE)]
    return [_read(read, file, *window) for window in _around_matches(file, words)]


def _gaps(file: SessionFile, last: int) -> list[tuple[int, int]]:
    """Windows over the lines up to `last` that were not read, as long as the tool allows."""
    size = file.window or WINDOW
    gaps: list[tuple[int, int]] = []
    number = 1
    while number <= last and len(gaps) < MOST_LINES // WINDOW:
        if number not in file.lines:
            gaps.append((number, min(number + size - 1, last)))
            number += size
        else:
            number += 1
    return gaps


def _around_matches(file: SessionFile, words: Sequence[str]) -> list[tuple[int, int]]:
    """The windows with the most different words of the question in them, if not read yet.

    A match stands in the second half of its window: the page it is on begins above it.
    """
    half = max(min(file.window or WINDOW, WINDOW) // 2, 1)
    found: dict[int, set[str]] = {}
    for number, text in file.matches.items():
        present = {word for word in words if word in text.casefold()}
        if present:
            found.setdefault((number - 1) // half, set()).update(present)
    best = sorted(found, key=lambda at: (-len(found[at]), at))[:MOST_WINDOWS]
    last = file.total_lines or 0
    windows = [(max(at - 1, 0) * half + 1, min((at + 1) * half, last)) for at in sorted(best)]
    return [(start, end) for start, end in windows if end not in file.lines and start <= end]


def _grep(tool: str, file: SessionFile, pattern: str) -> PlannedCall:
    options = ["-i", "-n"]
    arguments = {"artifact_id": file.readable_id, "pattern": pattern, "grep_options": options}
    return PlannedCall(tool, arguments)


def _read(tool: str, file: SessionFile, start: int, end: int) -> PlannedCall:
    arguments = {"artifact_id": file.readable_id, "start_line": start, "end_line": end}
    return PlannedCall(tool, arguments)
