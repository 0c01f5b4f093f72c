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
from chatapp.llm.builtin.wishes import REMEMBER, is_question
from chatapp.search.sentences import sentences


def noted(situation: Situation) -> Say | None:
    """Acknowledge a message that only tells something about the user."""
    asked_to = bool(REMEMBER.match(situation.message))
    if any(file.is_fresh for file in situation.files):
        return None
    if not asked_to and any(map(is_question, sentences(situation.message[:4000]))):
        return None
    told = statements_in(situation.message)
    if not told or not (asked_to or is_about_the_user(told[0])):
        return None
    return situation.say("noted", fact=as_told(situation, told[0]))


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


def _asks(conversation: Conversation) -> bool:
    return any(is_question(part) for part in sentences(conversation.message[:4000]))
