"""Whose key opens what: each operation of our own schema, asked by those who may not."""

import re

import pytest
from django.utils import timezone

from chatapp.api.v2 import api as v2
from chatapp.models import ApiKey, Chat, ChatTurn, Job, QueryRecord
from chatapp.services.api_keys import NOTED_EVERY, set_key_enabled
from chatapp.services.app_clients import create_app_client
from chatapp.services.schedules import create_schedule
from chatapp.services.users import create_api_key
from tests.api.conftest import Api, api_of
from tests.factories import make_artifact, send
from tests.knowledge import core_document, make_corpus

OPERATIONS = [
    (method, path, operation.get("requestBody") is not None)
    for path, operations in v2.get_openapi_schema()["paths"].items()
    for method, operation in operations.items()
]
OPERATION_IDS = [f"{method} {path}" for method, path, _ in OPERATIONS]


def names_of(path):
    return set(re.findall(r"\{(\w+)\}", path))


# What no stranger's key is asked about: open to all, or nobody's.
OPEN = {"agent_key", "tool_id", "llm_id"}
NOBODYS = {
    *("tool_id", "llm_id", "tool_server_id", "instruction_id", "preset_id"),
    *("image_id", "version"),
}


@pytest.fixture
def foreign(alice, session):
    """Keys of things of Alice's, by the name they have in paths."""
    corpus = make_corpus(owner=alice)
    chat = Chat.objects.create(owner=alice)
    send(session)
    timing = {"type": "interval", "interval": "PT1H"}
    text = [{"type": "text", "content": "Hi"}]
    return {
        "agent_key": session.agent.key,
        "session_key": session.key,
        "event_id": session.events.get().key,
        "artifact_id": make_artifact(session, "notes.txt", b"Notes").key,
        "schedule_key": create_schedule(
            agent=session.agent, owner=alice, key=None, name="s", message=text, timing=timing
        ).key,
        "api_key_id": create_api_key(owner=alice, name="theirs")[0].key,
        "app_client_id": create_app_client(owner=alice, name="c", granted_roles={})[0].key,
        "username": alice.username,
        "corpus_key": corpus.key,
        "document_id": core_document(corpus, "d", "Text.").key,
        "query_id": QueryRecord.objects.create(
            owner=alice, corpus_key=corpus.key, query="q", started_at=timezone.now()
        ).key,
        "chat_id": chat.key,
        "turn_id": ChatTurn.objects.create(chat=chat, query="q").key,
        "job_id": Job.objects.create(type="rebuild", corpus_keys=[corpus.key]).key,
        **dict.fromkeys(NOBODYS, "nope"),
    }


def fill(path, values):
    return re.sub(r"\{(\w+)\}", lambda match: str(values[match[1]]), path).removeprefix("/v2")


def ask(caller, method, path, has_body):
    options = {"body": {}} if has_body or method in ("post", "put", "patch") else {}
    return caller(method, path, **options)


@pytest.mark.parametrize(("method", "path", "has_body"), OPERATIONS, ids=OPERATION_IDS)
def test_without_a_key_nothing_opens(nobody, foreign, method, path, has_body):
    answer = ask(nobody, method, fill(path, foreign), has_body)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json()["messages"]


@pytest.mark.parametrize(("method", "path", "has_body"), OPERATIONS, ids=OPERATION_IDS)
def test_a_revoked_key_opens_nothing(on_this_thread, alice, foreign, method, path, has_body):
    key, secret = create_api_key(owner=alice, name="old")
    set_key_enabled(key=key, enabled=False, actor=alice)

    assert ask(Api(secret), method, fill(path, foreign), has_body).status_code == 401


CLOSED = [operation for operation in OPERATIONS if not names_of(operation[1]) <= OPEN]


@pytest.mark.parametrize(
    ("method", "path", "has_body"), CLOSED, ids=[f"{o[0]} {o[1]}" for o in CLOSED]
)
def test_what_is_anothers_answers_as_what_is_not(bobs, foreign, method, path, has_body):
    """Byte for byte, but for the id that was asked for."""
    absent = dict.fromkeys(foreign, "nope") | {"agent_key": foreign["agent_key"]}
    theirs = ask(bobs, method, fill(path, foreign), has_body)
    nothing = ask(bobs, method, fill(path, absent), has_body)

    assert theirs.status_code in (400, 403, 404, 415)
    assert (theirs.status_code, blank(theirs)) == (nothing.status_code, blank(nothing))


def blank(answer):
    """Without what must differ: the request's own id, and the one it asked for."""
    return re.sub(r'"(request_id|id)":"[^"]*"', "", answer.content.decode())


def test_a_key_works_in_both_places(on_this_thread, alice):
    _, secret = create_api_key(owner=alice, name="mine")

    assert Api().get("/agents").status_code == 401
    assert Api(secret).get("/agents").status_code == 200
    assert bearer(secret).status_code == 200
    assert bearer(secret, {"x-api-key": "wrong"}).status_code == 200


def bearer(secret, headers=None):
    given = {"Authorization": f"Bearer {secret}", **(headers or {})}
    return Api()("get", "/agents", headers=given)


@pytest.mark.parametrize("secret", ["", " ", "zk_", "é", "x" * 10_000, "Bearer"])
def test_a_made_up_key_opens_nothing(on_this_thread, db, secret):
    assert Api(secret).get("/agents").status_code == 401
    assert bearer(secret).status_code == 401


def test_the_key_of_somebody_gone_opens_nothing(on_this_thread, alice):
    api = api_of(alice)
    alice.is_active = False
    alice.save()

    assert api.get("/agents").status_code == 401


def test_use_is_noted_once_a_minute(api, django_assert_num_queries):
    api.get("/agents")
    first = ApiKey.objects.get().last_used_at
    api.get("/agents")
    assert ApiKey.objects.get().last_used_at == first

    ApiKey.objects.update(last_used_at=first - 2 * NOTED_EVERY)
    api.get("/agents")

    assert ApiKey.objects.get().last_used_at > first - NOTED_EVERY


@pytest.mark.parametrize(
    ("method", "path"),
    [("post", "/agents"), ("post", "/instructions"), ("get", "/tool_servers"), ("post", "/users")],
)
def test_what_only_administrators_do_is_said_to_others(api, method, path):
    answer = api(method, path, body={}) if method == "post" else api.get(path)

    assert answer.status_code == 403


# Roles


@pytest.mark.parametrize(
    ("key", "allowed", "refused"),
    [
        ({"role": "serving"}, ["/corpora", "/llms"], ["/agents", "/api_keys"]),
        ({"role": "serving_and_indexing"}, ["/corpora"], ["/agents", "/users"]),
        ({"role": "personal"}, ["/agents", "/corpora", "/api_keys", "/llms"], []),
    ],
)
def test_a_key_role_is_a_limit(on_this_thread, alice, key, allowed, refused):
    api = api_of(alice, **key)

    assert [api.get(path).status_code for path in allowed] == [200] * len(allowed)
    assert [api.get(path).status_code for path in refused] == [403] * len(refused)


def test_a_viewer_reads_and_changes_nothing(api, session):
    secret = api.post("/api_keys", {"name": "v", "api_roles": ["viewer"]}).json()["secret_key"]
    url = f"/agents/{session.agent.key}/sessions"

    assert Api(secret).get(f"{url}/{session.key}").status_code == 200
    assert Api(secret).delete(f"{url}/{session.key}").status_code == 403
    assert Api(secret).post("/api_keys", {"name": "more"}).status_code == 403


def test_a_key_may_be_for_one_agent(api, session, agent):
    roles = [{"agent_key": agent.key, "role": "agent_user"}]
    secret = api.post("/api_keys", {"name": "a", "agent_roles": roles}).json()["secret_key"]
    url = f"/agents/{agent.key}/sessions"

    assert Api(secret).get(url).status_code == 200
    assert Api(secret).get("/agents/other/sessions").status_code == 403
    assert Api(secret).get("/agents").status_code == 403
    fork = {"from_session": {"agent_key": "other", "session_key": session.key}}
    assert Api(secret).post(url, fork).status_code == 403


# App clients


@pytest.fixture
def client(api):
    body = {"type": "client_credentials", "name": "c", "api_roles": ["agent_user"]}
    return api.post("/app_clients", body).json()


def token(client, **changes):
    body = {"grant_type": "client_credentials", "client_secret": client["client_secret"]}
    return Api()("post", "/oauth/token", {**body, "client_id": client["client_id"], **changes})


def test_an_app_client_fetches_a_token_and_acts_for_its_owner(api, client, session):
    answer = token(client)

    assert answer.status_code == 200
    assert answer.json()["expires_in"] > 0
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    url = f"/agents/{session.agent.key}/sessions/{session.key}"
    assert Api()("get", url, headers=headers).status_code == 200
    assert Api()("get", "/api_keys", headers=headers).status_code == 403


def test_a_token_dies_with_its_client(api, client):
    access_token = token(client).json()["access_token"]
    api.delete(f"/app_clients/{client['id']}")

    assert bearer(access_token).status_code == 401
    assert token(client).status_code == 401


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"client_secret": "wrong"}, 401),
        ({"client_id": "wrong"}, 401),
        ({"grant_type": "password"}, 400),
        ({"client_id": None}, 400),
    ],
)
def test_a_wrong_client_gets_no_token(client, changes, status):
    assert token(client, **changes).status_code == status


def test_the_other_door_for_tokens_is_the_same(client):
    body = {"client_id": client["client_id"], "client_secret": client["client_secret"]}

    assert Api()("post", "/oauth2/token", body).status_code == 200


def test_a_token_may_be_asked_for_by_a_form(client):
    form = f"client_id={client['client_id']}&client_secret={client['client_secret']}"
    kind = "application/x-www-form-urlencoded"

    assert Api()("post", "/oauth2/token", data=form, content_type=kind).status_code == 200
