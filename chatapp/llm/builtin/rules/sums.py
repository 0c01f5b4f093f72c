"""Arithmetic."""

from chatapp.llm.builtin.arithmetic import as_asked, evaluate, expression_in
from chatapp.llm.builtin.moves import Say
from chatapp.llm.builtin.situation import Situation
from chatapp.llm.builtin.speech import without_greeting


def sums(situation: Situation) -> Say | None:
    asked = without_greeting(situation.message).strip(" ?=!.")
    expression = expression_in(asked)
    if not expression:
        return None
    result = evaluate(expression)
    if result is None:
        return situation.say("no_result", expression=_shown(asked))
    return Say(f"{_shown(asked)} = **{result}**")


def _shown(asked: str) -> str:
    """The sum as it was written, without what Markdown would take for emphasis."""
    return as_asked(asked).replace("**", "^").replace("*", " × ")
