"""Decides what to do next: the first rule that has a move makes it."""

from collections.abc import Callable

from chatapp.llm.base import LLMRequest
from chatapp.llm.builtin.moves import Move
from chatapp.llm.builtin.rules.clock import clock
from chatapp.llm.builtin.rules.compaction import compaction
from chatapp.llm.builtin.rules.comparison import comparison
from chatapp.llm.builtin.rules.documents import documents
from chatapp.llm.builtin.rules.fallback import fallback
from chatapp.llm.builtin.rules.indexing import indexing
from chatapp.llm.builtin.rules.inventory import inventory
from chatapp.llm.builtin.rules.memory import noted, noted_at_all, remembered, remembered_at_all
from chatapp.llm.builtin.rules.named_tools import named_tools
from chatapp.llm.builtin.rules.new_files import new_files
from chatapp.llm.builtin.rules.small_talk import small_talk
from chatapp.llm.builtin.rules.sources import sources
from chatapp.llm.builtin.rules.structured import structured
from chatapp.llm.builtin.rules.sub_agents import sub_agents
from chatapp.llm.builtin.rules.sums import sums
from chatapp.llm.builtin.situation import Situation, read_situation
from chatapp.search.embedder import Embedder

Rule = Callable[[Situation], Move | None]

RULES: tuple[Rule, ...] = (
    compaction,
    structured,
    small_talk,
    sums,
    clock,
    inventory,
    named_tools,
    indexing,
    new_files,
    noted,
    remembered,
    comparison,
    documents,
    sources,
    remembered_at_all,
    sub_agents,
    noted_at_all,
)


def next_move(request: LLMRequest, embedder: Embedder) -> Move:
    situation = read_situation(request, embedder)
    return next((move for rule in RULES if (move := rule(situation))), None) or fallback(situation)
