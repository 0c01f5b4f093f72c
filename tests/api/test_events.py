"""Events without a runner: listing, hiding, refusals (wire contract, §10 and §14)."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from chatapp.events.bodies import AgentOutput, TurnFailed, text_message
from chatapp.models import Turn
from chatapp.services.events import append_events
from chatapp.services.sessions import update_session


@pytest.fixture
def url(session):
    return f"/agents/{session.agent.key}/sessions/{session.key}"


@pytest.fixture
def events(session):
    bodies = [text_message("Hello"), AgentOutput(content="Hi.")]
    return [frame.id for frame in append_events(session=session, bodies=bodies)]


def file(name="notes.txt", content=b"Some notes"):
    return SimpleUploadedFile(name, content)


def form(api, url, **data):
    return api("post", url, data=data)


def test_events_come_oldest_first(api, url, events, session):
    answer = api.get(f"{url}/events").json()

    assert [event["id"] for event in answer["events"]] == events
    assert answer["events"][0]["messages"] == [{"type": "text", "content": "Hello"}]
    assert {event["session_key"] for event in answer["events"]} == {session.key}


def test_a_hidden_event_is_listed_on_request_only(api, url, events):
    hidden = api("post", f"{url}/events/{events[0]}/hide")
    assert hidden.status_code == 200
    assert hidden.json()["id"] == events[0]

    assert len(api.get(f"{url}/events").json()["events"]) == 1
    assert len(api.get(f"{url}/events", include_hidden="True").json()["events"]) == 2
    api.post(f"{url}/events/{events[0]}/unhide")
    assert len(api.get(f"{url}/events").json()["events"]) == 2


def test_a_deleted_event_is_gone(api, url, events):
    assert api.get(f"{url}/events/{events[0]}").status_code == 200
    assert api.delete(f"{url}/events/{events[0]}").status_code == 204
    assert api.get(f"{url}/events/{events[0]}").status_code == 404
    assert api.delete(f"{url}/events/{events[0]}").status_code == 404


def test_types_the_contract_does_not_know_are_not_listed(api, url, session):
    [frame] = append_events(session=session, bodies=[TurnFailed(reason="r", message="m")])

    assert api.get(f"{url}/events", include_hidden=True).json()["events"] == []
    assert api.get(f"{url}/events/{frame.id}").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"type": "shout"},
        {"messages": []},
        {"messages": "Hello"},
        {"messages": [{"type": "text"}]},
        {"messages": [{"type": "text", "content": "  "}]},
        {"messages": [{"type": "text", "content": "x" * 100_001}]},
        {"messages": [{"type": "text", "content": "\x00"}]},
        {"messages": [{"type": "text", "content": "Hi"}], "since": "aev_nope"},
        {"messages": [{"type": "text", "content": "Hi"}], "behavior": "shout"},
        {"type": "compact"},
        {"type": "compact", "compact_up_to_event_id": "aev_nope"},
    ],
)
def test_a_bad_input_is_refused_and_leaves_nothing(api, url, body):
    assert api.post(f"{url}/events", body).status_code == 400
    assert not Turn.objects.exists()


def test_a_disabled_session_takes_no_message(api, url, session):
    update_session(session=session, enabled=False)

    answer = api.post(f"{url}/events", {"messages": [{"type": "text", "content": "Hi"}]})

    assert answer.status_code == 400


def test_an_interrupt_of_nothing_is_an_empty_answer(api, url, session):
    answer = api.post(f"{url}/events", {"type": "interrupt"})

    assert answer.status_code == 201
    assert answer.json() == {"events": [], "session_key": session.key}


def test_files_without_a_message_start_no_turn(api, url):
    answer = form(api, f"{url}/events", files=[file("a.txt"), file("b.txt")])

    assert answer.status_code == 201
    [event] = answer.json()["events"]
    assert event["type"] == "artifact_upload"
    assert [entry["filename"] for entry in event["artifacts"]] == ["a.txt", "b.txt"]
    assert not Turn.objects.exists()


def test_the_older_upload_answers_with_the_event(api, url):
    answer = form(api, f"{url}/upload", file=file())

    assert answer.status_code == 201
    assert answer.json()["type"] == "artifact_upload"


def test_of_several_files_all_come_or_none(api, url, session):
    answer = form(api, f"{url}/events", files=[file(), file("evil.exe", b"MZ\x90\x00\x03")])

    assert answer.status_code == 415
    assert not session.artifacts.exists()


def test_an_upload_without_a_file_is_refused(api, url):
    assert form(api, f"{url}/events", message="Hi").status_code == 400
    assert form(api, f"{url}/upload", other="x").status_code == 400
    assert api.post(f"{url}/upload", {"file": "x"}).status_code == 415


def test_an_artifact_is_listed_without_and_got_with_its_bytes(api, url):
    form(api, f"{url}/upload", file=file())

    [listed] = api.get(f"{url}/artifacts").json()["artifacts"]
    got = api.get(f"{url}/artifacts/{listed['artifact_id']}").json()

    assert got == {**listed, "data": "U29tZSBub3Rlcw=="}
    assert (got["size_bytes"], got["mime_type"]) == (10, "text/plain")


def test_artifacts_are_sorted_as_asked(api, url):
    for name in ("a.txt", "b.txt", "c.txt"):
        form(api, f"{url}/upload", file=file(name))

    def names(**query):
        return [a["filename"] for a in api.get(f"{url}/artifacts", **query).json()["artifacts"]]

    assert names(sort_by="created_at", order_by="asc") == ["a.txt", "b.txt", "c.txt"]
    assert names(sort_by="updated_at", order_by="desc") == ["c.txt", "b.txt", "a.txt"]
    assert api.get(f"{url}/artifacts", order_by="up").status_code == 400
