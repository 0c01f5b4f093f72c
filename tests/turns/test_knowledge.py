"""The whole way of a question to the knowledge base, on the built-in model."""

import pytest
from asgiref.sync import sync_to_async

from chatapp.events.bodies import ToolInput
from chatapp.llm.base import TextDelta, ToolCall
from chatapp.models import Agent, Llm
from chatapp.services.demo_corpus import create_demo_corpus, demo_tools
from tests.factories import make_user

QUESTION = "How do I back up the server's data?"


@pytest.fixture
def ask(start_chat):
    """What an agent on the guide answers to the question, in a session of some role."""

    async def ask(role):
        await sync_to_async(Llm.objects.get_or_create)(
            name="builtin", defaults={"provider": "builtin", "context_window": 1_000_000}
        )
        chat = await start_chat(
            model={"name": "builtin"},
            tool_configurations=demo_tools(),
            metadata_of_session={"user_role": role},
        )
        await sync_to_async(_own)(chat.session.agent)
        _, bodies = await chat.answered(QUESTION)
        return bodies[-1]

    return ask


def _own(agent):
    ada = make_user("ada", role="admin")
    create_demo_corpus(ada)
    Agent.objects.filter(pk=agent.pk).update(owner=ada)


async def test_staff_get_an_answer_with_its_source(ask):
    answer = await ask("staff")

    assert "Back up this folder as a whole" in answer.content
    assert [source.document_id for source in answer.sources][:1] == ["running"]
    assert answer.sources[0].corpus_key == "chatapp-guide"


async def test_others_do_not_see_what_is_for_staff(ask):
    answer = await ask("public")

    assert "Back up this folder" not in answer.content
    assert "running" not in [source.document_id for source in answer.sources]


async def test_what_is_locked_is_in_the_log_but_not_shown_to_the_model(start_chat, llm):
    chat = await start_chat(
        tool_configurations=demo_tools(), metadata_of_session={"user_role": "staff"}
    )
    called = ToolCall("call_1", "guide_search", '{"query": "backup"}')
    llm.will_answer([called], [TextDelta("Done.")])

    _, bodies = await chat.answered()

    logged = next(body for body in bodies if isinstance(body, ToolInput))
    shown = next(body for body in llm.requests[1].history if isinstance(body, ToolInput))
    assert "staff" in logged.tool_input["metadata_filter"]
    assert shown.tool_input == {"query": "backup"}
