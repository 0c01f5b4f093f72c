"""Which files the session has."""

from chatapp.llm.builtin.files import SessionFile
from chatapp.llm.builtin.moves import Say
from chatapp.llm.builtin.situation import Situation
from chatapp.llm.builtin.wishes import FILES


def inventory(situation: Situation) -> Say | None:
    if not FILES.search(situation.folded):
        return None
    if not situation.files:
        return situation.say("no_files")
    lines = [f"- **{file.name}**{_kind(file)}" for file in situation.files]
    return Say(f"{situation.phrase('files', count=len(lines))}\n\n" + "\n".join(lines))


def _kind(file: SessionFile) -> str:
    kind = file.ending.upper() or file.mime_type
    return f" ({kind})" if kind else ""
