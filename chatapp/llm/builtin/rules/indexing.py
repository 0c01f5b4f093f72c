"""Adds a file, or a text the user gives, to the knowledge base."""

import re
from typing import Any

from chatapp.llm.base import ToolSpec
from chatapp.llm.builtin.arguments import arguments_for, properties_of
from chatapp.llm.builtin.files import SessionFile
from chatapp.llm.builtin.moves import Move, PlannedCall
from chatapp.llm.builtin.reading import read_files
from chatapp.llm.builtin.situation import Situation
from chatapp.llm.builtin.wishes import INDEX
from chatapp.search.passages import split

TOOL_TYPES = ("structured_indexing", "structured_document_index")
LONGEST_ID = 60


def indexing(situation: Situation) -> Move | None:
    if not INDEX.search(situation.folded):
        return None
    tool = situation.tool(*TOOL_TYPES)
    if tool is None:
        return situation.say("no_index_tool")
    file = next(iter(situation.concerned_files or reversed(situation.files)), None)
    if file is None:
        return situation.say("nothing_to_index")
    for call in situation.called(*TOOL_TYPES):
        key = "tool_failed" if call.failed else "indexed"
        return situation.say(key, tool=call.tool, error=call.error, name=file.name)
    reading = read_files(situation, [file], situation.question)
    return reading or _index(situation, tool, file)


def _index(situation: Situation, tool: ToolSpec, file: SessionFile) -> Move | None:
    if not file.text.strip():
        return situation.say("unreadable", name=file.name, error=file.error or "–")
    arguments, missing = arguments_for(tool, situation.message)
    fields = properties_of(tool.input_schema)
    known = {name: value for name, value in _known(file).items() if name in fields or not fields}
    arguments = {**arguments, **known}
    missing = [name for name in missing if name not in arguments]
    if missing:
        names = ", ".join(f"`{name}`" for name in missing)
        return situation.say("tool_needs", tool=tool.name, names=names)
    return situation.act("indexing", [PlannedCall(tool.name, arguments)], name=file.name)


def _known(file: SessionFile) -> dict[str, Any]:
    sections: list[dict[str, str]] = []
    for passage in split(file.text):
        if sections and sections[-1]["title"] == passage.heading:
            sections[-1]["text"] += f"\n\n{passage.text}"
        else:
            sections.append({"title": passage.heading, "text": passage.text})
    return {
        "artifact_id": file.readable_id,
        "document_id": re.sub(r"[^\w.-]+", "-", file.name)[:LONGEST_ID].strip("-") or "document",
        "title": file.name,
        "document": {"title": file.name, "sections": sections},
    }
