"""Which files and searches a question concerns, and what they brought."""

import re
from pathlib import PurePosixPath

from chatapp.llm.builtin.evidence import Evidence, evidence_in_files, evidence_in_results
from chatapp.llm.builtin.files import SessionFile
from chatapp.llm.builtin.moves import Act, PlannedCall
from chatapp.llm.builtin.reading import MOST_FILES, get_to_read
from chatapp.llm.builtin.situation import Situation
from chatapp.llm.builtin.speech import FOLLOW_UP, topic_of, without_greeting
from chatapp.search.words import folded, terms

LONGEST_QUERY = 600
MOST_SEARCHES = 4


def query_of(situation: Situation) -> str:
    """What is asked, without the names of the files."""
    query = without_greeting(situation.question)
    for file in situation.files:
        query = re.sub(re.escape(file.name), " ", query, flags=re.I)
        stem = re.escape(PurePosixPath(file.name).stem)
        query = re.sub(
            rf"\b(?:in|of|from|on|by) (?:the|this|my|our) {stem}\b", " ", query, flags=re.I
        )
    return topic_of(query)[-LONGEST_QUERY:] or situation.question[-LONGEST_QUERY:]


def whole_query_of(situation: Situation) -> str:
    """A follow-up such as `and in 2025?`, together with what it follows."""
    query = query_of(situation)
    earlier = situation.conversation.earlier
    if earlier and FOLLOW_UP.match(folded(query)) and len(terms(query)) <= 4:
        return f"{earlier[-1][:LONGEST_QUERY]} {query}"
    return query


def files_for(situation: Situation) -> list[SessionFile]:
    """The files the message is about; when it is about none, all uploads, the newest first."""
    uploads = [file for file in reversed(situation.files) if not file.is_ours]
    return (situation.concerned_files or uploads)[:MOST_FILES]


def gather(situation: Situation, *, search: bool) -> Act | None:
    """The next step towards knowing what there is to know; None when nothing is left to do."""
    query = whole_query_of(situation)
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
