"""Deleted is deleted (P8, G23): a word put into every field is found nowhere afterwards."""

from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from chatapp.events import bodies as kinds
from chatapp.models import Chat, ChatTurn, Event, ModelCall, QueryRecord, Session, Turn
from chatapp.services.accounts import remove_user
from chatapp.services.corpora import delete_corpus
from chatapp.services.documents import delete_document
from chatapp.services.events import append_events, erase_event
from chatapp.services.feedback import give_feedback
from chatapp.services.pruning import prune
from chatapp.services.sessions import create_session, delete_session, set_metadata
from chatapp.services.users import create_api_key
from tests.api.conftest import Api
from tests.factories import make_artifact, make_session, make_user, send
from tests.knowledge import core_document, make_corpus

WORD = "zqxcanary"
pytestmark = pytest.mark.skipif(connection.vendor != "sqlite", reason="looks into the file")


@pytest.fixture
def whole_world(transactional_db, settings, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temp"))
    (tmp_path / "temp").mkdir()
    cache.clear()
    return tmp_path


@pytest.fixture
def session(whole_world, agent, alice):
    return fill(make_session(owner=alice, agent=agent, key="ase_told"))


def word(place):
    return f"{WORD}{place}"


def fill(session):
    """Put the word wherever something can be put."""
    alice = session.owner
    Session.objects.filter(pk=session.pk).update(name=word("name"), description=word("about"))
    set_metadata(session=session, metadata={word("key"): word("value")}, actor=alice)
    set_metadata(session=session, metadata={"other": word("other")}, actor=alice)
    turn = send(session, word("message")).turn
    send(session, word("waiting"))
    append_events(session=session, bodies=[kinds.AgentOutput(content=word("answer"))])
    tool = {"tool_call_id": "c", "tool_configuration_name": "t", "tool_name": "t"}
    append_events(
        session=session,
        bodies=[
            kinds.ToolInput(**tool, tool_input={"q": word("asked")}),
            kinds.ToolOutput(**tool, tool_output={"a": word("found")}),
            kinds.Thinking(content=word("thought")),
            kinds.TurnFailed(reason="r", message=word("why"), partial=word("partial")),
        ],
    )
    Turn.objects.filter(pk=turn.pk).update(
        draft={"text": word("draft")}, error=word("error"), usage={"a": word("usage")}
    )
    ModelCall.objects.create(
        turn=turn, number=1, model_name="m", instructions=word("prompt"), reminders=[word("note")]
    )
    answer = session.events.filter(type="agent_output").get()
    give_feedback(
        session=session, event_key=answer.key, user=alice, value="down", comment=word("comment")
    )
    make_artifact(
        session,
        f"{word('file')}.txt",
        word("bytes").encode(),
        description=word("described"),
        metadata={"m": word("tagged")},
    )
    child = create_session(
        agent=session.agent, owner=alice, parent=session, origin=Session.Origin.SUB_AGENT
    )
    append_events(session=child, bodies=[kinds.AgentOutput(content=word("child"))])
    return session


def traces(folder: Path):
    """Every file that still holds the word, with what is around it."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database = Path(connection.settings_dict["NAME"])
    files = [*database.parent.glob(f"{database.name}*"), *folder.rglob("*")]
    return [trace for file in files if file.is_file() for trace in _traces(file)]


def _traces(file):
    content = file.read_bytes()
    found = []
    if WORD in file.name:
        found.append(f"{file.name}: in its name")
    while (place := content.find(WORD.encode())) >= 0:
        found.append(f"{file.name}: {content[place : place + 30]!r}")
        content = content[place + len(WORD) :]
    return found


def test_the_word_is_found_before(session, whole_world):
    assert len(traces(whole_world)) > 20


def test_nothing_is_left_of_a_session_deleted_by_the_api(
    session, alice, whole_world, on_this_thread
):
    api = Api(create_api_key(owner=alice, name="k")[1])
    body = {"key": "ase_two", "name": "two", "metadata": {"m": word("created")}}
    headers = {"Idempotency-Key": "once"}
    assert (
        api.post(f"/agents/{session.agent.key}/sessions", body, headers=headers).status_code == 201
    )

    for key in ("ase_told", "ase_two"):
        assert api.delete(f"/agents/{session.agent.key}/sessions/{key}").status_code == 204

    assert traces(whole_world) == []


def test_nothing_is_left_of_a_session_put_away_long_ago(session, whole_world, settings):
    settings.RETENTION_DAYS_DELETED = 0
    delete_session(session=session)
    prune()

    assert traces(whole_world) == []


def test_nothing_is_left_of_an_erased_event(whole_world, agent, alice):
    session = make_session(owner=alice, agent=agent)
    [frame] = append_events(session=session, bodies=[kinds.AgentOutput(content=word("said"))])

    erase_event(session=session, key=frame.id, actor=alice)

    assert traces(whole_world) == []
    assert not Event.objects.exists()


def test_nothing_is_left_of_a_person(session, whole_world):
    alice = session.owner
    alice.first_name, alice.description = word("first"), word("myself")
    alice.preferences = {"theme": word("theme")}
    alice.save()
    create_api_key(owner=alice, name=word("apikey"))
    chat = Chat.objects.create(owner=alice)
    ChatTurn.objects.create(chat=chat, query=word("query"), answer=word("reply"))
    QueryRecord.objects.create(
        owner=alice, corpus_key="c", query=word("search"), started_at=timezone.now()
    )

    remove_user(user=alice, actor=make_user("ada", role="admin"))

    assert traces(whole_world) == []


@pytest.mark.parametrize("what", ["document", "corpus"])
def test_nothing_is_left_of_what_was_indexed(whole_world, alice, what):
    corpus = make_corpus(owner=alice)
    text = f"The {word('text')} stands in this passage."
    document = core_document(corpus, word("doc"), text, metadata={"m": word("meta")})
    core_document(corpus, "other", "Something else stands here.")
    assert traces(whole_world)

    if what == "document":
        delete_document(document=document)
    else:
        delete_corpus(corpus=corpus)

    assert traces(whole_world) == []
