"""Adds a file, or a text the user gives, to the knowledge base."""

import re
from typing import Any

from chatapp.llm.base import ToolSpec
from chatapp.llm.builtin.arguments import arguments_for, properties_of
from chatapp.llm.builtin.evidence import evidence_in_results
from chatapp.llm.builtin.files import SessionFile
from chatapp.llm.builtin.moves import Move, PlannedCall
from chatapp.llm.builtin.reading import read_files
from chatapp.llm.builtin.situation import Situation
from chatapp.llm.builtin.wishes import INDEX
from chatapp.search.passages import split

TOOL_TYPES = ("structured_indexing", "structured_document_index")
LONGEST_ID = 60

_NAMED_CORPUS = re.compile(r"\bcorpus[\s:=\"'“]+(?!key\b)([\w-]+)", re.I)


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
    if "artifact_id" in properties_of(tool.input_schema):
        return _call(situation, tool, file, {"artifact_id": file.artifact_id})
    reading = read_files(situation, [file], situation.question)
    if reading:
        return reading
    if not file.text.strip():
        return situation.say("unreadable", name=file.name, error=file.error or "–")
    document = {"title": file.name, "sections": _sections(file.text)}
    return _call(situation, tool, file, {"document": document})


def _call(
    situation: Situation, tool: ToolSpec, file: SessionFile, content: dict[str, Any]
) -> Move | None:
    arguments, missing = arguments_for(tool, situation.message)
    fields = properties_of(tool.input_schema)
    known = {
        "document_id": re.sub(r"[^\w.-]+", "-", file.name)[:LONGEST_ID].strip("-") or "document",
        "title": file.name,
        "corpus_key": arguments.get("corpus_key") or _corpus(situation),
        **content,
    }
    arguments |= {name: value for name, value in known.items() if value and name in fields}
    missing = [name for name in missing if name not in arguments]
    if missing:
        names = ", ".join(f"`{name}`" for name in missing)
        return situation.say("tool_needs", tool=tool.name, names=names)
    return situation.act("indexing", [PlannedCall(tool.name, arguments)], name=file.name)


def _corpus(situation: Situation) -> str:
    """The corpus the message names, else the only one that a search of this session has found."""
    named = _NAMED_CORPUS.search(situation.message)
    searches = (call for call in situation.conversation.calls if call.tool_type == "corpora_search")
    found = {one.corpus_key for one in evidence_in_results(searches) if one.corpus_key}
    if named:
        return named[1]
    return found.pop() if len(found) == 1 else ""


def _sections(text: str) -> list[dict[str, str]]:
    sections: list[dict[str, str]] = []
    for passage in split(text):
        if sections and sections[-1]["title"] == passage.heading:
            sections[-1]["text"] += f"\n\n{passage.text}"
        else:
            sections.append({"title": passage.heading, "text": passage.text})
    return sections
