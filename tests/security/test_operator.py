"""What the operator fixed stays fixed, whoever asks and by whatever door (P7, T-PI, T-AZ-8, -9)."""

import json

import pytest
from asgiref.sync import sync_to_async
from django.core.cache import cache
from django.urls import reverse

from chatapp.llm.base import TextDelta, ToolCall
from chatapp.models import Artifact, AuditEntry, Document, Session
from tests.api.conftest import api_of
from tests.factories import make_agent, make_artifact, make_session, make_user, send
from tests.knowledge import core_document, make_corpus
from tests.security import world

SCHEMA = {
    "type": "object",
    "properties": {
        "team": {"type": "string", "x-read-only": True},
        "clearance": {"type": "string", "x-hidden": True},
        "plan": {"type": "string", "x-read-only": True, "x-ask-at-start": True},
        "topic": {"type": "string"},
    },
}
FIXED = {"team": "sales", "clearance": "low"}
in_thread = sync_to_async(thread_sensitive=True)


@pytest.fixture
def agent(db):
    return make_agent(metadata_schema=SCHEMA)


@pytest.fixture
def session(alice, agent):
    return make_session(owner=alice, agent=agent, metadata={**FIXED, "topic": "old"})


@pytest.fixture(autouse=True)
def _no_counts():
    cache.clear()


def stored(session):
    return Session.objects.get(pk=session.pk).metadata


def by_form(session, **values):
    client = world.signed_in(session.owner)
    fields = {f"metadata.{name}": value for name, value in values.items()}
    return client.post(reverse("session-metadata", args=[session.key]), fields)


def by_json(session, **values):
    client = world.signed_in(session.owner)
    text = json.dumps({**stored(session), **values})
    return client.post(reverse("session-metadata", args=[session.key]), {"json": text})


def by_api(session, **values):
    url = f"/agents/{session.agent.key}/sessions/{session.key}"
    return api_of(session.owner).patch(url, {"metadata": values})


WAYS = [by_form, by_json, by_api]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("values", [{"team": "board"}, {"clearance": "high"}, {"team": None}])
def test_the_operators_fields_are_not_the_users_to_change(session, on_this_thread, way, values):
    values = {name: value or "" for name, value in values.items()} if way is by_form else values

    way(session, **values)

    assert stored(session) == {**FIXED, "topic": "old"}


@pytest.mark.parametrize("way", WAYS)
def test_the_others_are(session, on_this_thread, way):
    assert way(session, topic="new").status_code == 200
    assert stored(session) == {**FIXED, "topic": "new"}


def test_an_administrator_may(session, ada, on_this_thread):
    Session.objects.update(owner=ada)
    session.refresh_from_db()
    assert by_api(session, team="board").status_code == 200
    assert stored(session)["team"] == "board"


def test_nor_can_they_be_brought_along_at_the_start(alice, agent, on_this_thread):
    url, start = f"/agents/{agent.key}/sessions", reverse("new-session")
    for values in ({"team": "board"}, {"clearance": "high"}):
        assert api_of(alice).post(url, {"metadata": values}).status_code == 400
        fields = {f"metadata.{name}": value for name, value in values.items()}
        form = {"create": "empty", "agent": agent.key, **fields}
        assert world.signed_in(alice).post(start, form).status_code == 302
    assert [session.metadata for session in Session.objects.all()] == [{}, {}]

    assert api_of(alice).post(url, {"metadata": {"plan": "a", "topic": "b"}}).status_code == 201


# Keys


@pytest.mark.parametrize(
    "given",
    [
        {"api_roles": ["owner"]},
        {"api_key_role": "personal"},
        {"api_key_role": "serving", "corpus_keys": ["other"]},
    ],
)
def test_a_key_for_some_corpora_makes_no_key_for_more(alice, on_this_thread, given):
    for role in ("personal", "serving", "serving_and_indexing"):
        api = api_of(alice, role=role, corpus_keys=["handbook"])
        assert api.post("/api_keys", {"name": "more", **given}).status_code == 403
        assert (
            api.post("/app_clients", {"name": "more", "type": "client_credentials"}).status_code
            == 403
        )
    assert api_of(alice, role="serving").post("/api_keys", {"name": "more"}).status_code == 403


def test_a_key_for_some_corpora_sees_no_other(alice, on_this_thread):
    make_corpus(owner=alice)
    make_corpus(owner=alice, key="other")
    api = api_of(alice, role="personal", corpus_keys=["handbook"])

    assert api.get("/corpora/handbook").status_code == 200
    assert api.get("/corpora/other").status_code == 403
    assert [one["key"] for one in api.get("/corpora").json()["corpora"]] == ["handbook"]
    search = {"query": "x", "search": {"corpora": [{"corpus_key": "other"}]}}
    assert api.post("/query", search).status_code == 403


# Staff


@pytest.mark.parametrize("row", ["session", "event", "turn", "artifact"])
def test_the_administration_notes_who_looks(session, ada, row):
    turn = send(session).turn
    pks = {
        "session": session.pk,
        "event": session.events.first().pk,
        "turn": turn.pk,
        "artifact": make_artifact(session, "a.txt", b"x").pk,
    }
    client = world.signed_in(ada)

    for _ in range(3):
        page = client.get(reverse(f"admin:chatapp_{row}_change", args=[pks[row]]))
        assert page.status_code == 200

    assert AuditEntry.objects.filter(actor=ada, action="session.read").count() == 1


# Tools


ON_FILES = {
    "artifact_read": {},
    "artifact_grep": {"pattern": "canary"},
    "image_read": {},
    "document_conversion": {},
    "structured_indexing": {"corpus_key": "handbook", "document_id": "d"},
}
ON_CORPORA = {
    "corpora_search": {"query": "canary"},
    "get_document_text": {"corpus_key": "bobs", "document_id": "secret"},
    "structured_indexing": {
        "corpus_key": "bobs",
        "document_id": "new",
        "document": {"sections": [{"text": "poison"}]},
    },
}


@pytest.mark.parametrize("tool", ON_FILES)
async def test_a_tool_opens_no_file_of_another_session(start_chat, llm, tool):
    chat = await start_chat(tool_configurations={"it": {"type": tool}})
    foreign = await in_thread(file_of_bob)(chat.session)
    llm.will_answer([call(tool, ON_FILES, artifact_id=foreign)], [TextDelta("Well.")])

    await chat.answered("Go on")

    [output] = await chat.outputs()
    assert "canary" not in json.dumps(output)
    assert "error" in output
    assert await Artifact.objects.filter(session=chat.session).acount() == 0


def file_of_bob(session):
    make_corpus(owner=session.owner)
    bob = make_user("bob")
    theirs = make_session(owner=bob, agent=session.agent)
    return make_artifact(theirs, "a.txt", b"A canary.", created_by="user").key


@pytest.mark.parametrize("tool", ON_CORPORA)
async def test_a_tool_opens_no_corpus_that_is_neither_configured_nor_ones_own(
    start_chat, llm, tool
):
    chat = await start_chat(tool_configurations={"it": {"type": tool}})
    await in_thread(corpus_of_bob)()
    llm.will_answer([call(tool, ON_CORPORA)], [TextDelta("Well.")])

    await chat.answered("Go on")

    [output] = await chat.outputs()
    assert "canary" not in json.dumps(output)
    assert await Document.objects.acount() == 1


def corpus_of_bob():
    core_document(make_corpus(owner=make_user("bob"), key="bobs"), "secret", "A canary.")


def call(tool, given, **more):
    return ToolCall(id="c", name="it", arguments=json.dumps({**given[tool], **more}))
