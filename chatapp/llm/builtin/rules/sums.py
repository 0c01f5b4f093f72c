"""Arithmetic."""

from chatapp.llm.builtin.arithmetic import evaluate, expression_in
from chatapp.llm.builtin.moves import Say
from chatapp.llm.builtin.situation import Situation
from chatapp.llm.builtin.wishes import without_greeting


def sums(situation: Situation) -> Say | None:
    asked = without_greeting(situation.message).strip(" ?=!.")
    expression = expression_in(asked)
    if not expression:
        return None
    result = evaluate(expression)
    if result is None:
        return situation.say("no_result", expression=f"`{expression}`")
    readable = expression.replace("**", "^").replace("*", " × ").replace("/", " ÷ ")
    return Say(f"{' '.join(readable.split())} = **{result}**")
