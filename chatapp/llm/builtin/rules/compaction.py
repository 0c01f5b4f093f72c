"""A summary of the conversation itself: for compaction, or because the user asks for one."""

from chatapp.llm.builtin.digests import conversation_digest
from chatapp.llm.builtin.moves import Say
from chatapp.llm.builtin.situation import Situation
from chatapp.llm.builtin.wishes import CONVERSATION
from chatapp.search.words import folded


def compaction(situation: Situation) -> Say | None:
    if not CONVERSATION.search(situation.folded) and not _is_instructed(situation):
        return None
    digest = conversation_digest(situation.conversation, situation.files)
    return Say(digest or situation.phrase("nothing_said"))


def _is_instructed(situation: Situation) -> bool:
    """An agent's own instructions may speak of summaries too, but it has tools."""
    request = situation.request
    return not request.tools and bool(
        CONVERSATION.match(folded(request.instructions[:200]).strip())
    )
