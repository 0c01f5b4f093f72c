"""Says plainly that nothing was found, where it was looked for, and what would help."""

from chatapp.llm.builtin.files import SessionFile
from chatapp.llm.builtin.gathering import files_for
from chatapp.llm.builtin.moves import Say
from chatapp.llm.builtin.phrases import PHRASES
from chatapp.llm.builtin.rules.sources import summary, unreadable
from chatapp.llm.builtin.situation import Situation


def fallback(situation: Situation) -> Say:
    files = files_for(situation)
    parts = [unreadable(situation, file) for file in files if not file.text.strip()]
    instead = Say("")
    if places := _searched(situation, files):
        parts.append(situation.phrase("not_found", places=places))
        instead = _instead(situation, files)
    elif not parts:
        parts.append(situation.phrase("nowhere_to_look" if situation.message else "hello"))
    if not _was_hinted(situation):
        parts.append(situation.phrase("connect_hint"))
    return Say(
        "\n\n".join(part for part in [*parts[:1], instead.text, *parts[1:]] if part),
        instead.sources,
    )


def _instead(situation: Situation, files: list[SessionFile]) -> Say:
    """What a file that has just come is about, if it does not say what was asked."""
    fresh = [file for file in files if file.is_fresh and file.text.strip()]
    return summary(situation, fresh[:1]) if fresh else Say("")


def _searched(situation: Situation, files: list[SessionFile]) -> str:
    places = [f"**{file.name}**" for file in files if file.text.strip()]
    if situation.called("corpora_search"):
        places.append(situation.phrase("the_knowledge_base"))
    return ", ".join(places)


def _was_hinted(situation: Situation) -> bool:
    """The hint is given once a session."""
    hints = PHRASES["connect_hint"].values()
    return any(hint in text for text in situation.conversation.answers for hint in hints)
