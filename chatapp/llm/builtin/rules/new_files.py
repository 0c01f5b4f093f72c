"""Makes a file when the user asks for one."""

import re

from chatapp.llm.builtin.conversation import text_of
from chatapp.llm.builtin.moves import Act, Move, PlannedCall, Say
from chatapp.llm.builtin.rules.sources import summary_of, summary_wanted
from chatapp.llm.builtin.situation import Situation
from chatapp.llm.builtin.wishes import A_FILE, FILE_NAME, MAKE_FILE, one_of
from chatapp.search.words import folded

LONGEST_CONTENT = 200_000
LONGEST_ORDER = 4_000
DEFAULT_NAME = "notes.md"

_FENCE = re.compile(r"```[^\n`]{0,40}\n(.*?)```", re.S)
_AFTER_COLON = re.compile(r":[ \t]*\n(.+)|:[ \t]+(.+)$", re.S)
_GIVEN = re.compile(
    r"\b(?:with|containing|that says|saying|mit|avec|contenant|con)\b(?: the)?"
    r"(?: (?:text|content|words|inhalt|texte?|contenu|contenido))?[: ]+(?P<text>.+)$",
    re.S | re.I,
)
_WRITE_INTO = re.compile(
    r"\b(?:write|put|save|store|add|schreib\w*|speicher\w*|[eé]cris|enregistre|escribe|guarda)\b"
    r"[: ]+(?P<text>.+?) (?:to|into|in|as|nach|als|dans|sous|en|como)\b",
    re.S | re.I,
)
_TO_A_FILE = r"\s*(?:\b(?:to|into|in|as)\b )?(?:a (?:new )?file (?:called|named) )?"
_POINTING = one_of(
    r"(?:that|this|it|them|everything)(?: all)?",
    r"(?:the|your) (?:last |above )?(?:answer|reply|result|text)",
    r"das|dies|es|die antwort",
    r"ca|cela|la reponse",
    r"eso|esto|la respuesta",
)
_POLITE = re.compile(r"please |can|could|would|kannst|konntest|peux|pouvez|puedes|podria")
_QUOTED = re.compile(r"[\"“„«'‘](.+?)[\"”“»'’]", re.S)


def new_files(situation: Situation) -> Move | None:
    for made in situation.called("artifact_create"):
        if made.failed:
            return situation.say("tool_failed", tool=made.tool, error=made.error)
        name = text_of((made.output or {}).get("filename")) or made.arguments.get("filename", "")
        return situation.say("file_made", name=name)
    if not is_wanted(situation):
        return None
    tool = situation.tool("artifact_create")
    if tool is None:
        return situation.say("no_file_tool")
    content = _content(situation)
    if isinstance(content, Act | None):
        return content or situation.say("what_to_write", name=_name(situation))
    arguments = {"filename": _name(situation), "content": content[:LONGEST_CONTENT]}
    call = PlannedCall(tool.name, arguments)
    return situation.act("making_file", [call], name=arguments["filename"])


def is_wanted(situation: Situation) -> bool:
    """`Save that as notes.md` and `make a file with …`, but not `what is in notes.md`."""
    text = situation.folded
    only_asks = text.endswith("?") and not _POLITE.match(text)
    if only_asks or not MAKE_FILE.search(text):
        return False
    return bool(A_FILE.search(text) or _new_name(situation))


def _content(situation: Situation) -> str | Act | None:
    """What to write; a step towards it if a file is to be summarised first; None if unknown."""
    message = situation.message
    if fenced := _FENCE.search(message):
        return fenced[1]
    if summary_wanted(situation) and situation.files:
        made = summary_of(situation)
        return made.text if isinstance(made, Say) else made
    given = _GIVEN.search(message) or _WRITE_INTO.search(message[:LONGEST_ORDER])
    text = given["text"].strip() if given else _behind_colon(message)
    name = re.escape(_name(situation))
    text = re.sub(rf"{_TO_A_FILE}{name}\W*$", "", text)
    if text and not _POINTING.fullmatch(folded(text).strip(" .!")):
        quoted = _QUOTED.fullmatch(text.strip(" ."))
        return (quoted[1] if quoted else text).strip() + "\n"
    return f"{situation.conversation.answers[-1]}\n" if situation.conversation.answers else None


def _behind_colon(message: str) -> str:
    found = _AFTER_COLON.search(message)
    return (found[1] or found[2]).strip() if found else ""


def _name(situation: Situation) -> str:
    return _new_name(situation) or DEFAULT_NAME


def _new_name(situation: Situation) -> str:
    """The last file name in the message that is no file of the session."""
    head = _FENCE.sub(" ", situation.message)[:2000]
    known = {file.name for file in situation.files}
    names = [found[1].rsplit(" ", 1)[-1] for found in FILE_NAME.finditer(head)]
    return next(
        (name for name in reversed(names) if name not in known and "." in name.strip(".")), ""
    )
