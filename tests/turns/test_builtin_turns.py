"""The built-in model in a real turn: real tools, a real conversion, a real database."""

from pathlib import Path

import pytest
from asgiref.sync import sync_to_async

from chatapp.models import Llm
from chatapp.services.demo import FILE_TOOLS
from tests.factories import make_agent, make_artifact, make_session, make_user
from tests.turns.conftest import Chat

pytestmark = pytest.mark.django_db(transaction=True)

REPORT = Path(__file__).parents[1] / "data" / "office" / "report.pdf"


def _session_with_report():
    Llm.objects.get_or_create(name="builtin", defaults={"provider": "builtin"})
    agent = make_agent(model={"name": "builtin"}, tool_configurations=FILE_TOOLS)
    session = make_session(owner=make_user("alice"), agent=agent)
    make_artifact(session, "report.pdf", REPORT.read_bytes())
    return session


@pytest.fixture
async def chat(host):
    return Chat(host, await sync_to_async(_session_with_report)())


async def test_a_dropped_pdf_is_read_quoted_and_the_answer_saved(chat):
    _, bodies = await chat.answered("How did revenue develop?")
    tools = [body.tool_name for body in bodies if body.type == "tool_output" and not body.error]
    assert tools == ["document_conversion", "artifact_read"]
    assert "> Revenue grew by 12 % while costs fell. [1]" in bodies[-1].content
    assert [(one.title, one.location) for one in bodies[-1].sources] == [("report.pdf", "page 1")]

    _, bodies = await chat.answered("What is the revenue of EMEA?")
    assert "**1,200**" in bodies[-1].content
    assert bodies[-2].type == "input_message"

    _, bodies = await chat.answered("Save that as notes.md")
    assert bodies[-1].content == "I saved it as **notes.md**."
    assert await chat.session.artifacts.filter(filename="notes.md").aexists()
