"""The list of sessions: whose are shown, and for how long that is remembered."""

import re

import pytest

from tests.factories import make_agent, make_session


@pytest.fixture
def two(client, alice, agent):
    other = make_agent(name="Other agent", key="other")
    make_session(owner=alice, agent=agent, name="Refund")
    make_session(owner=alice, agent=other, name="Holidays", key="holidays")
    client.force_login(alice)


def names(response):
    return set(re.findall(r'session-row__title" dir="auto">([^<]+)<', response.content.decode()))


@pytest.mark.usefixtures("two")
def test_the_agent_asked_for_is_remembered(client):
    assert names(client.get("/sidebar?agent=other")) == {"Holidays"}
    assert names(client.get("/")) == {"Holidays"}
    assert names(client.get("/sidebar?agent=")) == {"Refund", "Holidays"}
    assert names(client.get("/")) == {"Refund", "Holidays"}


@pytest.mark.usefixtures("two")
def test_who_is_to_answer_does_not_say_whose_sessions_are_listed(client):
    assert names(client.get("/?agent=other")) == {"Refund", "Holidays"}


@pytest.mark.usefixtures("two")
def test_an_agent_that_is_not_there_shows_all(client):
    assert names(client.get("/sidebar?agent=unknown")) == {"Refund", "Holidays"}


@pytest.mark.usefixtures("two")
def test_the_row_of_another_agents_session_stays_away(client, agent):
    client.get(f"/sidebar?agent={agent.key}")

    assert client.get("/s/holidays/row").content == b""


@pytest.mark.usefixtures("two")
def test_an_agent_without_sessions_is_said_to_have_none(client):
    make_agent(name="Idle agent", key="idle")

    assert "No sessions with this agent yet" in client.get("/sidebar?agent=idle").content.decode()


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize(("reading", "goes"), [("/", True), ("/s/ase_another", False)])
def test_undo_opens_the_session_unless_another_is_being_read(client, reading, goes):
    headers = {"hx-request": "true", "hx-current-url": f"http://testserver{reading}"}
    client.post("/s/holidays/delete", headers=headers)

    response = client.post("/s/holidays/undelete", headers=headers)

    assert ("HX-Location" in response.headers) is goes
    assert response.headers["HX-Trigger"] == "sidebar-changed"
    assert "Holidays" in names(client.get("/sidebar"))
