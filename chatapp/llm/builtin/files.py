"""The files of a session as the history shows them: what they are and what was read of them."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from chatapp.events.bodies import (
    AgentOutput,
    ArtifactUpload,
    EventBody,
    StructuredOutput,
    TurnFailed,
)
from chatapp.lib.page_marks import location_of
from chatapp.llm.builtin.conversation import Call, Conversation, dicts_of, int_of, text_of
from chatapp.search.words import folded

TEXT_TYPES = ("application/json", "application/xml", "application/yaml", "application/toml")
TEXT_ENDINGS = frozenset(
    {"txt", "md", "markdown", "csv", "tsv", "json", "jsonl", "yaml", "yml", "toml", "xml", "log"}
    | {"py", "js", "ts", "sh", "sql", "ini", "cfg", "rst", "css", "java", "c", "h", "go", "rs"}
)
CONVERTIBLE_ENDINGS = frozenset(
    {"pdf", "doc", "docx", "odt", "rtf", "epub", "html", "htm", "ppt", "pptx", "xls", "xlsx"}
    | {"odp", "ods", "png", "jpg", "jpeg", "gif", "webp", "tif", "tiff", "bmp"}
)
# What `artifact_grep` is asked for to learn where pages and sections of a long text begin.
OUTLINE = r"^(\[(page|slide|sheet) |#{1,6} )"
_LISTED_FILE = re.compile(r"^- (?P<name>.+) · (?P<id>art_\w+) · (?P<type>[\w.+/-]+)$", re.M)


@dataclass(slots=True)
class SessionFile:
    """A file, and the lines of its text read so far (counted from 1).

    `is_fresh` says that it came with the message to answer; `is_ours`, that the agent made it.
    """

    artifact_id: str
    name: str
    mime_type: str = ""
    is_fresh: bool = False
    is_ours: bool = False
    text_id: str = ""
    error: str = ""
    total_lines: int | None = None
    window: int = 0
    lines: dict[int, str] = field(default_factory=dict)
    matches: dict[int, str] = field(default_factory=dict)
    outline: dict[int, str] = field(default_factory=dict)
    was_searched: bool = False

    @property
    def ending(self) -> str:
        return PurePosixPath(self.name.lower()).suffix.lstrip(".")

    @property
    def is_convertible(self) -> bool:
        return self.ending in CONVERTIBLE_ENDINGS or self.mime_type.startswith("image/")

    @property
    def is_text(self) -> bool:
        if self.is_convertible:
            return False
        plain = self.mime_type.startswith("text/") or self.mime_type in TEXT_TYPES
        return plain or self.ending in TEXT_ENDINGS

    @property
    def readable_id(self) -> str:
        """The artifact that holds its text; empty while there is none."""
        return self.text_id or (self.artifact_id if self.is_text else "")

    @property
    def is_read_whole(self) -> bool:
        return self.total_lines is not None and len(self.lines) >= self.total_lines

    @property
    def text(self) -> str:
        """What was read, an empty line for each gap; a comma-separated file as a table."""
        if not self.lines:
            return ""
        lines: list[str] = []
        for number in sorted(self.lines):
            if number > 1 and number - 1 not in self.lines:
                lines += self._place_of(number)
            lines.append(self.lines[number])
        if self.ending in ("csv", "tsv"):
            return as_table(lines, "\t" if self.ending == "tsv" else ",")
        return "\n".join(lines)

    def _place_of(self, number: int) -> list[str]:
        """The page and heading a line stands under, for a line whose surroundings were not read.

        Where they are not known for sure, an unknown page and an empty heading say so.
        """
        above = [(at, text) for at, text in self.outline.items() if at < number]
        mark = max(((at, text) for at, text in above if location_of(text)), default=(0, "[page ?]"))
        heading = max(((at, text) for at, text in above if text.startswith("#")), default=(0, "# "))
        return ["", mark[1], "", heading[1], ""]


def session_files(conversation: Conversation) -> list[SessionFile]:
    """All files, in order of their coming, with everything the tools have told about them."""
    files = _uploads(conversation)
    for call in conversation.calls:
        if call.tool_type == "document_conversion":
            _note_conversion(files, call)
        elif call.tool_type == "artifact_create":
            _note_creation(files, call)
        elif call.tool_type == "artifact_read":
            _note_reading(files, call)
    for call in conversation.calls_now:
        if call.tool_type == "artifact_grep":
            _note_search(files, call)
    return list(files.values())


def as_table(lines: Sequence[str], delimiter: str) -> str:
    """Comma-separated lines as a Markdown table; as they are if they make none."""
    try:
        rows = [row for row in csv.reader(lines, delimiter=delimiter) if row]
    except csv.Error:
        return "\n".join(lines)
    if not rows or len(rows[0]) < 2:
        return "\n".join(lines)
    cells = [[cell.strip().replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    rule = ["---"] * len(cells[0])
    return "\n".join(f"| {' | '.join(row)} |" for row in [cells[0], rule, *cells[1:]])


def _uploads(conversation: Conversation) -> dict[str, SessionFile]:
    files = {
        found["id"]: SessionFile(found["id"], found["name"], found["type"])
        for found in _LISTED_FILE.finditer(conversation.summary)
    }
    fresh_from = _end_of_last_turn(conversation.history[: conversation.turn_start])
    for at, body in enumerate(conversation.history):
        if isinstance(body, ArtifactUpload):
            for artifact in body.artifacts:
                files[artifact.artifact_id] = SessionFile(
                    artifact.artifact_id,
                    artifact.filename,
                    artifact.mime_type.partition(";")[0].strip().lower(),
                    is_fresh=at >= fresh_from,
                )
    return files


def _end_of_last_turn(earlier: Sequence[EventBody]) -> int:
    ends = (AgentOutput, StructuredOutput, TurnFailed)
    return max((at + 1 for at, body in enumerate(earlier) if isinstance(body, ends)), default=0)


def _note_conversion(files: dict[str, SessionFile], call: Call) -> None:
    file = files.get(text_of(call.arguments.get("artifact_id")))
    if file is None or call.output is None:
        return
    if text_id := text_of(call.output.get("artifact_id")):
        file.text_id, file.error = text_id, ""
    elif not file.text_id:
        file.error = call.error or "?"


def _note_creation(files: dict[str, SessionFile], call: Call) -> None:
    made = text_of((call.output or {}).get("artifact_id"))
    name = text_of(call.arguments.get("filename"))
    if made and name and not call.failed:
        files[made] = SessionFile(made, name, "text/plain", is_ours=True)


def _note_reading(files: dict[str, SessionFile], call: Call) -> None:
    file = _owner(files, text_of(call.arguments.get("artifact_id")))
    if file is None or call.output is None:
        return
    content = call.output.get("content")
    if call.failed or not isinstance(content, str):
        file.error = call.error or "?"
        return
    lines = content.splitlines()
    first = max(
        int_of(call.output.get("start_line"), int_of(call.arguments.get("start_line"), 1)), 1
    )
    file.lines.update(enumerate(lines, start=first))
    file.window = max(file.window, len(lines))
    file.total_lines = max(int_of(call.output.get("total_lines"), first + len(lines) - 1), 0)


def _note_search(files: dict[str, SessionFile], call: Call) -> None:
    file = _owner(files, text_of(call.arguments.get("artifact_id")))
    if file is None or call.output is None:
        return
    file.was_searched = True
    found = dicts_of(call.output.get("matches"))
    lines = {int_of(match.get("line"), 0): text_of(match.get("text")) for match in found}
    if call.arguments.get("pattern") != OUTLINE:
        file.matches.update(lines)
    elif int_of(call.output.get("match_count"), 0) <= len(found):
        # An outline that was cut short would put later lines under the wrong page.
        file.outline.update(lines)


def _owner(files: dict[str, SessionFile], artifact_id: str) -> SessionFile | None:
    """The file whose text this artifact holds."""
    converted = (file for file in files.values() if file.text_id == artifact_id)
    return next(converted, None) or files.get(artifact_id)


def named_in(message: str, files: Sequence[SessionFile]) -> list[SessionFile]:
    """The files a message speaks of by name, with or without the ending."""
    text = folded(message)
    whole = [file for file in files if folded(file.name) in text]
    if whole:
        return whole
    return [
        file
        for file in files
        if len(stem := folded(PurePosixPath(file.name).stem)) > 2
        and re.search(rf"(?<!\w){re.escape(stem)}(?!\w)", text)
    ]
