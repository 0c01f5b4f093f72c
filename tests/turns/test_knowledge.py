"""The whole way of a question to the knowledge base, on the built-in model."""

import pytest
from asgiref.sync import sync_to_async

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
