"""Hands a question on to another agent when its description fits and nothing else helps."""

from chatapp.llm.builtin.moves import Move, Say
from chatapp.llm.builtin.reporting import report
from chatapp.llm.builtin.rules.named_tools import call_with_message
from chatapp.llm.builtin.situation import Situation
from chatapp.search.passages import Passage
from chatapp.search.ranking import rank_few


def sub_agents(situation: Situation) -> Move | None:
    answered = situation.called("sub_agent")
    if answered:
        return Say(report(situation, answered[-1]))
    agents = situation.tools("sub_agent")
    described = [
        Passage(f"{agent.name.replace('_', ' ')}. {agent.description}") for agent in agents
    ]
    hits = rank_few(situation.question, described, situation.embedder, limit=1)
    if not hits or not hits[0].is_relevant:
        return None
    return call_with_message(situation, agents[described.index(hits[0].passage)])
