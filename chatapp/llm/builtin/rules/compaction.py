"""A summary of the conversation itself: for compaction, or because the user asks for one."""

from chatapp.llm.builtin.digests import conversation_digest
from chatapp.llm.builtin.moves import Say
from chatapp.llm.builtin.situation import Situation
from chatapp.llm.builtin.wishes import CONVERSATION
from chatapp.search.words import folded


def compaction(situation: Situation) -> Say | None:
    asked = CONVERSATION.search(situation.folded)
    if not asked and not CONVERSATION.search(folded(situation.request.instructions[:2000])):
        return None
    digest = conversation_digest(situation.conversation, situation.files)
    return Say(digest or situation.phrase("nothing_said"))
