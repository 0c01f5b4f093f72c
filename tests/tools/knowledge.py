"""Agents with tools on corpora, and calls of these as a turn makes them."""

import json
from typing import Any

from asgiref.sync import sync_to_async
from django.db import connections

from chatapp.events.bodies import ToolOutput
from chatapp.lib.database_threads import DatabaseThreads
from chatapp.llm.base import ToolCall
from chatapp.models import Session, User
from chatapp.services.agents import create_agent, snapshot
from chatapp.services.references import scope_of
from chatapp.tools.base import ToolContext
from chatapp.tools.offloading import Offloading
from chatapp.tools.toolbox import Toolbox
from chatapp.turns.plan import configured_tools
from chatapp.turns.steps import Agent
from tests.factories import make_session

ROLE_FILTER = "doc.access_level = '${session.metadata.user_role}'"


def search_of(corpus_key: str = "handbook", **more: Any) -> dict[str, Any]:
    """The configuration of a search that is bound to the session's role."""
    search = {"corpora": [{"corpus_key": corpus_key}], "limit": 10}
    return {
        "type": "corpora_search",
        "query_configuration": {"search": search},
        "argument_override": {"metadata_filter": ROLE_FILTER},
        **more,
    }


def session_with(tools: dict[str, Any], *, author: User, owner: User, **metadata: Any) -> Session:
    agent = create_agent(
        author=author, name="Searcher", model={"name": "scripted"}, tool_configurations=tools
    )
    return make_session(owner=owner, agent=agent, metadata=metadata)


async def call(session: Session, name: str, arguments: Any) -> ToolOutput:
    """What the tool answers to a model's call; `arguments` may be raw text."""
    database = DatabaseThreads("tests", 1)
    try:
        toolbox = await sync_to_async(_toolbox)(session, database)
        text = arguments if isinstance(arguments, str) else json.dumps(arguments)
        bodies = await toolbox.call(toolbox.input_of(ToolCall("call_1", name, text)))
        return next(body for body in bodies if isinstance(body, ToolOutput))
    finally:
        await database.close()
        await sync_to_async(connections.close_all)()


def _toolbox(session: Session, database: DatabaseThreads) -> Toolbox:
    shown = snapshot(session.agent)
    tools = configured_tools(Agent(shown, scope_of(shown, session)), {})
    context = ToolContext(
        session=Session.objects.select_related("agent__owner", "owner").get(pk=session.pk),
        turn_id=1,
        tool_call_id="",
        configuration_name="",
        database=database,
    )
    offloading = Offloading.of({}, context_window=1_000_000, can_read=False)
    return Toolbox(tools, context, offloading=offloading)


def found(output: ToolOutput) -> set[str]:
    assert not output.error, output.tool_output
    return {result["document_id"] for result in output.tool_output["search_results"]}
