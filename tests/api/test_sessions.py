"""/v2/agents/{agent_key}/sessions (wire contract, §9)."""

import pytest

from chatapp.events.bodies import AgentOutput, ArtifactUpload, ToolInput, text_message
from chatapp.models import Session
from chatapp.services.events import append_events, hide_event
from tests.factories import make_agent, make_artifact, make_session


@pytest.fixture
def url(agent):
    return f"/agents/{agent.key}/sessions"


@pytest.fixture
def talk(session):
    """A session in which something was said twice."""
    bodies = [
        text_message("Hello"),
        AgentOutput(content="Hi."),
        text_message("More?"),
        AgentOutput(content="No."),
    ]
    return session, append_events(session=session, bodies=bodies)


def types(api, url, key, **query):
    return [event["type"] for event in api.get(f"{url}/{key}/events", **query).json()["events"]]


def test_an_empty_body_starts_a_session(api, url, agent):
    answer = api.post(url)

    assert answer.status_code == 201
    body = answer.json()
    assert body["key"].startswith("ase_")
    assert (body["agent_key"], body["enabled"], body["tti_minutes"]) == (agent.key, True, 0)
    assert api.get(f"{url}/{body['key']}").json() == body


def test_a_key_is_taken_once(api, url):
    assert api.post(url, {"key": "mine"}).status_code == 201
    assert api.post(url, {"key": "mine"}).status_code == 409


@pytest.mark.parametrize(
    "body",
    [
        {"key": "k" * 51},
        {"key": "a b"},
        {"name": 5},
        {"metadata": []},
        {"tti_minutes": -1},
        {"tti_minutes": 2**63},
        [],
        "text",
    ],
)
def test_a_bad_session_is_refused(api, url, body):
    assert api.post(url, body).status_code == 400


def test_an_unknown_agent_has_no_sessions(api):
    assert api.post("/agents/nope/sessions").status_code == 404
    assert api.get("/agents/nope/sessions").status_code == 404


def test_a_session_is_found_under_its_own_agent_only(api, session):
    other = make_agent(name="Other")

    assert api.get(f"/agents/{other.key}/sessions/{session.key}").status_code == 404


def test_metadata_is_merged_and_a_null_member_goes(api, url):
    key = api.post(url, {"metadata": {"a": 1, "b": 2}}).json()["key"]

    patched = api.patch(f"{url}/{key}", {"metadata": {"b": None, "c": "🦊"}}).json()

    assert patched["metadata"] == {"a": 1, "c": "🦊"}


def test_a_patch_changes_what_it_names(api, url, session):
    patch = {"name": "Ünïcode 🦊", "enabled": False, "tti_minutes": 5, "description": None}

    patched = api.patch(f"{url}/{session.key}", patch).json()

    assert (patched["name"], patched["enabled"], patched["tti_minutes"]) == ("Ünïcode 🦊", False, 5)


def test_a_deleted_session_is_gone_and_its_key_free(api, url):
    api.post(url, {"key": "mine"})

    assert api.delete(f"{url}/mine").status_code == 204
    assert api.get(f"{url}/mine").status_code == 404
    assert api.delete(f"{url}/mine").status_code == 404
    assert api.post(url, {"key": "mine"}).status_code == 201


def test_everybody_lists_their_own(api, bobs, url):
    mine = api.post(url).json()["key"]
    theirs = bobs.post(url).json()["key"]

    assert [row["key"] for row in api.get(url).json()["sessions"]] == [mine]
    assert [row["key"] for row in bobs.get(url).json()["sessions"]] == [theirs]


def test_sessions_are_found_by_regular_expression(api, url):
    for name in ("refund one", "refund two", "other"):
        api.post(url, {"name": name})

    found = api.get(url, filter="^refund (one|two)$").json()["sessions"]

    assert [row["name"] for row in found] == ["refund two", "refund one"]


# Forks


def test_a_fork_copies_what_is_visible_under_new_ids(api, url, talk, alice):
    session, frames = talk
    hide_event(session=session, key=frames[0].id, actor=alice)

    fork = api.post(url, {"from_session": {"session_key": session.key}}).json()

    copies = api.get(f"{url}/{fork['key']}/events").json()["events"]
    assert [event["type"] for event in copies] == ["agent_output", "input_message", "agent_output"]
    assert not {event["id"] for event in copies} & {frame.id for frame in frames}
    assert {event["session_key"] for event in copies} == {fork["key"]}


def test_a_fork_may_end_at_an_event(api, url, talk):
    session, frames = talk
    source = {"session_key": session.key, "include_up_to_event_id": frames[1].id}

    fork = api.post(url, {"from_session": source}).json()

    assert types(api, url, fork["key"]) == ["input_message", "agent_output"]


def test_a_fork_may_begin_with_a_summary(api, url, talk):
    session, frames = talk
    source = {"session_key": session.key, "compact_up_to_event_id": frames[1].id}

    fork = api.post(url, {"from_session": source}).json()

    events = api.get(f"{url}/{fork['key']}/events").json()["events"]
    assert [event["type"] for event in events] == ["compaction", "input_message", "agent_output"]
    assert (events[0]["turns_compacted"], events[0]["events_compacted"]) == (1, 2)
    assert "Hello" in events[0]["summary_text"]


def test_a_fork_has_its_own_copies_of_the_files(api, url, session):
    artifact = make_artifact(session, "notes.txt", b"Notes")
    call = {"tool_call_id": "1", "tool_configuration_name": "read", "tool_name": "artifact_read"}
    append_events(
        session=session,
        bodies=[
            ArtifactUpload.model_validate({"artifacts": [artifact.as_uploaded()]}),
            ToolInput(**call, tool_input={"artifact_id": artifact.key}),
        ],
    )

    fork = api.post(url, {"from_session": {"session_key": session.key}}).json()["key"]

    [copy] = api.get(f"{url}/{fork}/artifacts").json()["artifacts"]
    events = api.get(f"{url}/{fork}/events").json()["events"]
    assert copy["artifact_id"] != artifact.key
    assert events[0]["artifacts"][0]["artifact_id"] == copy["artifact_id"]
    assert events[1]["tool_input"] == {"artifact_id": copy["artifact_id"]}
    assert api.get(f"{url}/{fork}/artifacts/{copy['artifact_id']}").json()["data"] == "Tm90ZXM="


def test_a_fork_is_like_its_source_unless_told_otherwise(api, url):
    source = api.post(url, {"name": "Refund", "metadata": {"a": 1}}).json()["key"]

    alike = api.post(url, {"from_session": {"session_key": source}}).json()
    other = api.post(url, {"from_session": {"session_key": source}, "name": "Other"}).json()

    assert (alike["name"], alike["metadata"]) == ("Refund", {"a": 1})
    assert (other["name"], other["metadata"]) == ("Other", {"a": 1})


def test_a_fork_to_another_agent_brings_no_metadata(api, url, agent):
    source = api.post(url, {"metadata": {"user_role": "manager"}}).json()["key"]
    other = make_agent(name="Other")

    body = {"from_session": {"session_key": source, "agent_key": agent.key}}
    fork = api.post(f"/agents/{other.key}/sessions", body)

    assert fork.status_code == 201
    assert fork.json()["metadata"] == {}


def test_an_empty_session_can_be_forked(api, url, session):
    answer = api.post(url, {"from_session": {"session_key": session.key}})

    assert answer.status_code == 201
    assert types(api, url, answer.json()["key"]) == []


def test_a_fork_takes_one_cut_off_and_a_known_event(api, url, talk):
    session, frames = talk
    both = {"include_up_to_event_id": frames[0].id, "compact_up_to_event_id": frames[0].id}
    source = {"session_key": session.key}

    assert api.post(url, {"from_session": {**source, **both}}).status_code == 400
    unknown = {**source, "include_up_to_event_id": "aev_nope"}
    assert api.post(url, {"from_session": unknown}).status_code == 400
    assert api.post(url, {"from_session": {"session_key": "nope"}}).status_code == 404
    assert Session.objects.count() == 1


def test_nobody_forks_the_session_of_another(api, url, bob, agent):
    theirs = make_session(owner=bob, agent=agent)

    assert api.post(url, {"from_session": {"session_key": theirs.key}}).status_code == 404
