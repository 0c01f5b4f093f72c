"""Says plainly that nothing was found, where it was looked for, and what would help."""

from chatapp.llm.builtin.evidence import ranked
from chatapp.llm.builtin.files import SessionFile
from chatapp.llm.builtin.gathering import evidence_for, files_for, whole_query_of
from chatapp.llm.builtin.moves import Say
from chatapp.llm.builtin.phrases import PHRASES
from chatapp.llm.builtin.quoting import quotations
from chatapp.llm.builtin.rules.sources import summary, unreadable
from chatapp.llm.builtin.situation import Situation


def fallback(situation: Situation) -> Say:
    files = files_for(situation)
    parts = [unreadable(situation, file) for file in files if not file.text.strip()]
    instead = Say("")
    if places := _searched(situation, files):
        instead = _nearest(situation, places) or _instead(situation, files, places)
    elif not parts:
        parts.append(situation.phrase("nowhere_to_look" if situation.message else "hello"))
    hint = "" if _was_hinted(situation) else situation.phrase("connect_hint")
    told = [part for part in (*parts, instead.text, hint) if part]
    return Say("\n\n".join(told), instead.sources)


def _nearest(situation: Situation, places: str) -> Say | None:
    """A passage that is worth a look, though it may not hold the answer."""
    hits = ranked(whole_query_of(situation), evidence_for(situation), situation.embedder, limit=1)
    if not hits or not hits[0].is_near:
        return None
    quoted = quotations(situation, hits)
    return Say(f"{situation.phrase('not_clear', places=places)}\n\n{quoted.text}", quoted.sources)


def _instead(situation: Situation, files: list[SessionFile], places: str) -> Say:
    """Nothing; but of a file that has just come, what it is about."""
    nothing = situation.phrase("not_found", places=places)
    fresh = [file for file in files if file.is_fresh and file.text.strip()]
    if not fresh:
        return Say(nothing)
    about = summary(situation, fresh[:1])
    return Say(f"{nothing}\n\n{about.text}", about.sources)


def _searched(situation: Situation, files: list[SessionFile]) -> str:
    places = [f"**{file.name}**" for file in files if file.text.strip()]
    if situation.called("corpora_search"):
        places.append(situation.phrase("the_knowledge_base"))
    return ", ".join(places)


def _was_hinted(situation: Situation) -> bool:
    """The hint is given once a session."""
    hints = PHRASES["connect_hint"].values()
    return any(hint in text for text in situation.conversation.answers for hint in hints)
