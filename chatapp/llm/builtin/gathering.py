"""Which files and searches a question concerns, and what they brought."""

import re
from pathlib import PurePosixPath

from chatapp.llm.builtin.evidence import Evidence, evidence_in_files, evidence_in_results
from chatapp.llm.builtin.files import SessionFile
from chatapp.llm.builtin.moves import Act, PlannedCall
from chatapp.llm.builtin.reading import MOST_FILES, get_to_read
from chatapp.llm.builtin.situation import Situation
from chatapp.llm.builtin.wishes import FOLLOW_UP, without_greeting
from chatapp.search.words import folded, terms

LONGEST_QUERY = 600
MOST_SEARCHES = 4

_THE_FILE = re.compile(
    r"\b(?:in|from|of|according to|laut|im|aus|dans|selon|en|segun)? ?(?:the|this|that|my|"
    r"attached|der|die|das|dem|"
    r"diese[mrsn]?|le|la|ce|cette|el|este|esta) (?:attached |uploaded )?(?:file|document|pdf|"
    r"deck|slides|spreadsheet|"
    r"presentation|attachment|upload|datei|dokument|fichier|archivo|documento)\b",
    re.I,
)


_ABOUT = re.compile(
    r"^(?:please )?(?:what (?:does|do|did)\b.{0,30}?\b(?:say|tell|mention|know)\b(?: us|"
    r" me)? (?:about|on)|"
    r"(?:can you |could you )?tell me (?:more |something )?about|"
    r"what (?:is|was) (?:said|written|known) (?:about|on)|is there (?:anything|"
    r"something) (?:about|on)|"
    r"was (?:steht|sagt)\b.{0,30}?\b(?:uber|über|zu|zum|zur)|que (?:dit|dice)\b.{0,30}?\b(?:sur|"
    r"sobre))\s+",
    re.I,
)


def query_of(situation: Situation) -> str:
    """What is asked, without the names of the files; a follow-up with what it follows."""
    query = without_greeting(situation.question)
    for file in situation.files:
        stem = re.escape(PurePosixPath(file.name).stem)
        query = re.sub(
            rf"{re.escape(file.name)}|\b(?:the|this|my|our) {stem}\b", " ", query, flags=re.I
        )
    query = _ABOUT.sub("", _THE_FILE.sub(" ", query).strip()).strip() or situation.question
    if situation.conversation.earlier and FOLLOW_UP.match(folded(query)) and len(terms(query)) <= 4:
        query = f"{situation.conversation.earlier[-1][:LONGEST_QUERY]} {query}"
    return query[-LONGEST_QUERY:].strip()


def files_for(situation: Situation) -> list[SessionFile]:
    """The files the message is about; when it is about none, all uploads, the newest first."""
    uploads = [file for file in reversed(situation.files) if not file.is_ours]
    return (situation.concerned_files or uploads)[:MOST_FILES]


def gather(situation: Situation, *, search: bool) -> Act | None:
    """The next step towards knowing what there is to know; None when nothing is left to do."""
    query = query_of(situation)
    thought, calls = get_to_read(situation, files_for(situation), query)
    searches = _searches(situation, query) if search else []
    if not calls:
        thought = "searching"
    names = ", ".join(file.name for file in files_for(situation))
    return situation.act(thought, [*searches, *calls], files=names)


def evidence_for(situation: Situation) -> list[Evidence]:
    """Everything that was read and found, ready to be ranked."""
    found = evidence_in_results(situation.called("corpora_search"))
    return [*evidence_in_files(files_for(situation)), *found]


def _searches(situation: Situation, query: str) -> list[PlannedCall]:
    tools = situation.tools("corpora_search")[:MOST_SEARCHES]
    return [PlannedCall(tool.name, {"query": query}) for tool in tools] if query else []
