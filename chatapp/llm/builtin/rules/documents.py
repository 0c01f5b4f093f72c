"""Summaries of a document of the knowledge base: find it, read it whole, tell it in short."""

from chatapp.llm.builtin.citations import Numbering
from chatapp.llm.builtin.conversation import Call, text_of
from chatapp.llm.builtin.digests import digest
from chatapp.llm.builtin.evidence import Evidence, evidence_in_results, ranked
from chatapp.llm.builtin.gathering import gather, query_of
from chatapp.llm.builtin.moves import Move, PlannedCall, Say
from chatapp.llm.builtin.situation import Situation
from chatapp.llm.builtin.wishes import SUMMARY
from chatapp.search.passages import split

LONGEST_TEXT = 200_000


def documents(situation: Situation) -> Move | None:
    tool = situation.tool("get_document_text")
    if tool is None or situation.files or not SUMMARY.search(situation.folded):
        return None
    for call in situation.called("get_document_text"):
        return _summary(situation, call)
    step = gather(situation, search=True)
    if step:
        return step
    found = evidence_in_results(situation.called("corpora_search"))
    hits = ranked(query_of(situation), found, situation.embedder, limit=1)
    if not hits or not hits[0].is_near:
        return None
    best = hits[0].passage
    arguments = {"document_id": best.document_id, "corpus_key": best.corpus_key}
    return situation.act("reading", [PlannedCall(tool.name, arguments)], files=best.title)


def _summary(situation: Situation, call: Call) -> Say | None:
    output = call.output or {}
    document_id = text_of(output.get("document_id"))
    title = text_of(output.get("title")) or document_id
    evidence = [
        Evidence(
            text=passage.text,
            location=passage.location,
            heading=passage.heading,
            title=title,
            document_id=document_id,
            corpus_key=text_of(output.get("corpus_key")),
        )
        for passage in split(text_of(output.get("text"))[:LONGEST_TEXT])
    ]
    if not evidence:
        return None
    numbering = Numbering()
    told = digest(situation, evidence, numbering)
    return Say(f"{situation.phrase('in_short', name=title, about='')}\n\n{told}", numbering.sources)
