"""The demo: people, agents and sessions that show what there is to see."""

import pytest

from chatapp.models import Agent, Session, User
from chatapp.services.agent_checks import check_agent
from chatapp.services.agent_drafts import as_draft, parse_draft
from chatapp.services.demo import PEOPLE, create_demo


@pytest.fixture
def demo(db):
    create_demo()


@pytest.mark.usefixtures("demo")
def test_there_is_somebody_of_each_role():
    roles = {user.username: user.role for user in User.objects.all()}

    assert roles == {person.username: person.role for person in PEOPLE}
    assert set(roles.values()) == {"admin", "user", "reviewer"}


@pytest.mark.usefixtures("demo")
def test_every_agent_is_one_that_the_api_would_take():
    agents = list(Agent.objects.all())

    assert len(agents) == 3
    for agent in agents:
        check_agent(parse_draft(as_draft(agent)).columns(), {})


@pytest.mark.usefixtures("demo")
def test_its_sessions_show_an_answer_with_sources_and_a_failure():
    states = list(Session.objects.values_list("state", flat=True))
    types = {event.type for session in Session.objects.all() for event in session.events.all()}

    assert sorted(states) == ["failed", "idle", "idle"]
    assert {"artifact_upload", "thinking", "tool_input", "tool_output", "turn_failed"} <= types


@pytest.mark.usefixtures("demo")
def test_its_log_is_dense_like_any_other():
    for session in Session.objects.all():
        seqs = list(session.events.order_by("seq").values_list("seq", flat=True))
        assert seqs == list(range(1, session.last_seq + 1))


@pytest.mark.usefixtures("demo")
def test_made_twice_it_leaves_alone_what_somebody_changed():
    Agent.objects.filter(key="support").update(name="Ours")

    create_demo()

    assert Agent.objects.get(key="support").name == "Ours"
    assert Session.objects.count() == 3
