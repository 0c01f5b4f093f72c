"""Greetings, thanks, and what the built-in model can do."""

from chatapp.llm.builtin.moves import Say
from chatapp.llm.builtin.situation import Situation
from chatapp.llm.builtin.speech import GREETING
from chatapp.llm.builtin.wishes import CAPABILITIES, THANKS


def small_talk(situation: Situation) -> Say | None:
    text = situation.folded
    if any(file.is_fresh for file in situation.files):
        return None
    if GREETING.fullmatch(text):
        return situation.say("hello")
    if THANKS.fullmatch(text):
        return situation.say("welcome")
    if len(text) < 80 and CAPABILITIES.search(text):
        return Say(capabilities(situation))
    return None


def capabilities(situation: Situation) -> str:
    """What it can do here, told by the tools this agent has."""
    types = {tool.tool_type for tool in situation.request.tools}
    known = ("artifact_read", "corpora_search", "artifact_create", "web_get", "sub_agent")
    lines = [situation.phrase(f"can_{name}") for name in known if name in types]
    lines += [situation.phrase("can_remember"), situation.phrase("can_calculate")]
    listed = "\n".join(f"- {line}" for line in lines)
    return f"{situation.phrase('can_do')}\n\n{listed}\n\n{situation.phrase('connect_hint')}"
