"""What the user tells about themselves, and what they ask about it later."""

from chatapp.llm.builtin.conversation import Conversation
from chatapp.llm.builtin.facts import (
    is_about_the_user,
    recall,
    second_person,
    stated,
    statements_in,
)
from chatapp.llm.builtin.moves import Say
from chatapp.llm.builtin.situation import Situation
from chatapp.llm.builtin.speech import INTRODUCTION, REMEMBER, is_question
from chatapp.search.sentences import sentences
from chatapp.search.words import folded


def noted(situation: Situation) -> Say | None:
    """Acknowledge what the user asks to remember, or plainly says about themselves."""
    asked_to = bool(REMEMBER.match(situation.message))
    fact = _told(situation, or_asked_to=asked_to)
    if fact and (asked_to or INTRODUCTION.match(folded(fact))):
        return situation.say("noted", fact=as_told(situation, fact))
    return None


def noted_at_all(situation: Situation) -> Say | None:
    """The same for anything about the user, once nothing was found to say about it."""
    fact = _told(situation)
    if fact and is_about_the_user(fact):
        return situation.say("noted", fact=as_told(situation, fact))
    return None


def remembered(situation: Situation) -> Say | None:
    """Answer a question about the user from what the user said."""
    if situation.concerned_files or not is_about_the_user(situation.question):
        return None
    if not _asks(situation.conversation):
        return None
    fact = recall(situation.question, stated(situation.conversation), situation.embedder)
    return fact_answer(situation, fact) if fact else None


def remembered_at_all(situation: Situation) -> Say | None:
    """The last resort for any question: did the user say something that answers it?"""
    fact = recall(situation.question, stated(situation.conversation), situation.embedder)
    return fact_answer(situation, fact) if fact else None


def fact_answer(situation: Situation, fact: str) -> Say:
    short = len(fact) <= 120 and ":" not in fact
    if situation.language == "en" and short and is_about_the_user(fact):
        return situation.say("as_you_said", fact=second_person(fact).rstrip(".!… "))
    return situation.say("you_said", fact=fact)


def as_told(situation: Situation, fact: str) -> str:
    """Said back to the user; other languages than English are only quoted."""
    if situation.language != "en":
        return f"“{fact}”"
    turned = second_person(fact).rstrip(".!… ")
    return f"{turned[:1].lower()}{turned[1:]}." if turned.startswith("You") else f"{turned}."


def _told(situation: Situation, *, or_asked_to: bool = False) -> str:
    """The first statement of a message that asks for nothing."""
    if any(file.is_fresh for file in situation.files):
        return ""
    if _asks(situation.conversation) and not or_asked_to:
        return ""
    return next(iter(statements_in(situation.message)), "")


def _asks(conversation: Conversation) -> bool:
    return any(is_question(part) for part in sentences(conversation.message[:4000]))
