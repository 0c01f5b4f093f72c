"""Whatever comes in at the web's door: a clear word, nothing lost, and never an error of ours."""

from pathlib import Path

import pytest
from asgiref.sync import async_to_sync
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import get_resolver, reverse

from chatapp.models import Session
from tests.factories import make_artifact, make_session, send

DATA = Path(__file__).parents[1] / "data"
TEXT = b"Tea is water with leaves in it."


@pytest.fixture
def web(client, alice):
    """Alice's browser, which shows a fault of ours as a fault."""
    client.force_login(alice)
    client.raise_request_exception = False
    client.defaults["HTTP_X_REQUESTED_WITH"] = "fetch"
    return client


def say(web, session, content, **values):
    return web.post(f"/s/{session.key}/messages", {"content": content, **values})


def drop(web, session, name, content=TEXT):
    file = SimpleUploadedFile("x", content)
    file._name = name
    return web.post(f"/s/{session.key}/files", {"files": file})


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "Write a message first."),
        (" \n\t ", "Write a message first."),
        ("a\x00b", ""),
        ("x" * 2**20, "too long"),
        ("🫖" * 100_001, "too long"),
    ],
)
def test_a_message_that_cannot_be_taken_says_why(web, session, content, words):
    answer = say(web, session, content)

    assert answer.status_code in (400, 413)
    assert words in answer.content.decode()
    assert not session.turns.exists()


@pytest.mark.parametrize("content", ["\ud800", "‮txt.exe", "\x1b[31m", "\ufffe", "a\r\nb", "<b>"])
def test_strange_characters_are_taken_as_they_are_or_refused(web, session, content):
    body = f"content={content}".encode("utf-8", "surrogatepass")
    answer = web.post(
        f"/s/{session.key}/messages", body, content_type="application/x-www-form-urlencoded"
    )

    assert answer.status_code in (202, 400)


def test_a_form_larger_than_a_form_can_be_is_refused(web, session):
    answer = say(web, session, "x" * 3 * 2**20)

    assert answer.status_code in (400, 413)
    assert not session.turns.exists()


def test_the_same_message_twice_is_one_turn_and_another_text_is_a_conflict(web, session):
    assert say(web, session, "Hello", client_id="one").status_code == 202
    assert say(web, session, "Hello", client_id="one").status_code == 202
    answer = say(web, session, "Goodbye", client_id="one")

    assert answer.status_code == 409
    assert session.turns.count() == 1


def test_a_client_id_that_is_too_long_is_refused(web, session):
    assert say(web, session, "Hello", client_id="x" * 101).status_code == 400


def test_more_messages_than_may_wait_are_refused_with_a_word(web, session, settings):
    settings.MAX_QUEUED_TURNS = 2
    codes = [say(web, session, f"Message {n}").status_code for n in range(5)]

    assert codes == [202, 202, 202, 429, 429]
    assert session.turns.count() == 3


def test_an_unknown_agent_starts_nothing(web, agent):
    answer = web.post("/", {"content": "Hello", "agent": "nobody"})

    assert answer.status_code < 500
    assert not Session.objects.filter(agent__key="nobody").exists()


@pytest.mark.parametrize("key", ["ase_unknown", "..%2f..%2fetc", "%00", "x" * 4000, "‮", "'--"])
def test_an_unknown_session_is_not_found(web, key):
    answer = web.get(f"/s/{key}")

    assert answer.status_code in (400, 404)


async def whole(answer):
    return b"".join([piece async for piece in answer.streaming_content])


def doors():
    """Every route below /s/<key>, but the one that reads on threads of its own (tests/live)."""
    resolver = get_resolver()
    for pattern in resolver.url_patterns:
        name = getattr(pattern, "name", None)
        if name and name != "session-events" and str(pattern.pattern).startswith("s/<str:key>"):
            yield name, sorted(set(pattern.pattern.converters) - {"key"})


@pytest.mark.parametrize(("name", "names"), list(doors()), ids=lambda value: str(value)[:30])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_strangers_session_answers_as_one_that_is_not_there(web, bob, agent, name, names, method):
    foreign = make_session(owner=bob, agent=agent)
    turn = send(foreign).turn
    artifact = make_artifact(foreign, "notes.txt", TEXT)
    event = foreign.events.first()
    ids = {
        "turn_id": turn.pk, "artifact_key": artifact.key, "event_key": event.key, "number": 1
    }  # fmt: skip
    values = {one: ids[one] for one in names}

    answers = [
        getattr(web, method)(reverse(name, kwargs={"key": key, **values}))
        for key in (foreign.key, "ase_nothing_here")
    ]

    assert answers[0].status_code == answers[1].status_code
    # A row that is not there is an empty one.
    assert answers[0].status_code in (404, 405) or answers[0].content == b""
    assert foreign.turns.count() == 1


@pytest.mark.parametrize("number", ["0", "9" * 19, "9" * 40])
def test_a_number_no_database_holds_is_just_not_there(web, session, number):
    for method, path in (("get", ""), ("post", ""), ("post", "/remove")):
        answer = getattr(web, method)(f"/s/{session.key}/queue/{number}{path}", {"content": "x"})
        assert answer.status_code in (400, 404, 409)


@pytest.mark.parametrize("value", ["-1", "x", "²", "9" * 40, "1e9", "1;drop", ""])
@pytest.mark.parametrize("path", ["older?before=", "events?after="])
def test_a_cursor_that_is_none_is_refused_or_ignored(web, session, path, value):
    assert web.get(f"/s/{session.key}/{path}{value}").status_code < 500


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.txt", b"", "empty"),
        ("setup.exe", b"MZ" + b"\0" * 300, "setup.exe"),
        ("picture.png", b"MZ" + b"\0" * 300, "picture.png"),
        ("liar.pdf", b"PK\x03\x04" + b"\0" * 300, "liar.pdf"),
    ],
)
def test_a_refused_file_is_named_with_its_reason(web, session, name, content, words):
    answer = drop(web, session, name, content)

    assert answer.status_code in (400, 415)
    assert words in answer.content.decode()
    assert not session.artifacts.exists()


def test_a_file_over_the_limit_is_refused(web, session, settings):
    settings.MAX_UPLOAD_BYTES = 10

    assert drop(web, session, "long.txt").status_code == 413
    assert not session.artifacts.exists()


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd.txt",
        "..\\..\\windows\\system32.txt",
        "/etc/passwd.txt",
        "x" * 300 + ".txt",
        "invoice\u202etxt.exe.txt",
        "שלום.txt",
        "a\nb\r\tc.txt",
        ".txt",
        "con.txt",
        "<img src=x onerror=alert(1)>.txt",
        "a;b&c|d$(e).txt",
        "%2e%2e%2f.txt",
    ],
)
def test_a_hostile_name_is_only_a_name(web, session, name, settings, tmp_path):
    answer = drop(web, session, name)

    assert answer.status_code in (201, 400, 415)
    for artifact in session.artifacts.all():
        assert "/" not in artifact.filename.replace("\\", "/")
        assert len(artifact.filename) <= 255
        assert artifact.file.name.startswith(artifact.key) or artifact.key in artifact.file.name
        fetched = web.get(f"/s/{session.key}/a/{artifact.key}")
        assert async_to_sync(whole)(fetched) == TEXT
        assert "\n" not in fetched["Content-Disposition"]


@pytest.mark.parametrize("path", sorted((DATA / "hostile").iterdir()), ids=lambda path: path.name)
def test_hostile_files_are_taken_or_refused_and_shown_without_harm(web, session, path):
    answer = drop(web, session, path.name, path.read_bytes())

    assert answer.status_code in (201, 400, 413, 415)
    for artifact in session.artifacts.all():
        assert web.get(f"/s/{session.key}/a/{artifact.key}/preview").status_code < 500


def test_an_upload_without_a_file_says_so(web, session):
    answer = web.post(f"/s/{session.key}/files", {})

    assert answer.status_code == 400
    assert "file" in answer.content.decode()


@pytest.mark.parametrize("value", ["[]", "3", '"x"', "null", "{", "", "{" * 5000, '{"a": NaN}'])
def test_metadata_that_is_no_object_is_refused_and_kept_for_correction(client, ada, agent, value):
    client.force_login(ada)
    session = make_session(owner=ada, agent=agent, metadata={"kept": True})

    answer = client.post(f"/s/{session.key}/metadata", {"json": value})

    session.refresh_from_db()
    assert session.metadata == {"kept": True}
    assert answer.status_code < 500
    if value:
        assert answer.status_code in (400, 422)


@pytest.mark.parametrize("name", ["", " ", "x" * 5000, "\x00", "<script>", "שם"])
def test_a_name_that_is_none_changes_nothing_else_is_cut_or_refused(web, session, name):
    before = session.name
    answer = web.post(f"/s/{session.key}/rename", {"name": name})

    session.refresh_from_db()
    assert answer.status_code < 500
    assert session.name.strip()
    if answer.status_code >= 400:
        assert session.name == before


@pytest.mark.parametrize("path", ["stop", "retry", "pin", "fork", "files/announce"])
def test_what_has_nothing_to_work_on_answers_all_the_same(web, session, path):
    assert web.post(f"/s/{session.key}/{path}").status_code < 500


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace"])
def test_other_methods_are_not_allowed(web, session, method):
    for path in ("", "/messages", "/files", "/stop"):
        assert getattr(web, method)(f"/s/{session.key}{path}").status_code in (200, 405)


def test_a_body_that_is_no_form_is_refused(web, session):
    for kind in ("application/json", "multipart/form-data", "text/plain", "nonsense"):
        answer = web.generic(
            "POST", f"/s/{session.key}/messages", b'\xff\xfe{"content": 1}', content_type=kind
        )
        assert 400 <= answer.status_code < 500
