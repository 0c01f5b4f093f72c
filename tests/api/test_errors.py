"""Answers to what is wrong: one shape, the right code, never a 5xx (wire contract, §2)."""

import pytest
from django.core.cache import cache

from chatapp.models import Agent, ApiKey, IdempotencyRecord
from tests.api.conftest import api_of
from tests.factories import make_agent

SMALL = {"name": "Small", "model": {"name": "m"}, "first_step": {"name": "main"}}


def raw(api, path, body, content_type="application/json", method="post"):
    return api(method, path, data=body, content_type=content_type)


@pytest.fixture
def url(session):
    return f"/agents/{session.agent.key}/sessions"


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"nonsense",
        b"\xff\xfe",
        b'{"name": NaN}',
        b'{"name": "\\ud800"}',
        b'{"metadata": {"a": "\\u0000"}}',
        b'{"metadata": {"\\u0000": 1}}',
        b'{"metadata": ' + b'{"a":' * 500 + b"1" + b"}" * 501,
        b'{"metadata": ' + b"[" * 100_000,
        b"[]",
        b"null",
        b"1",
    ],
)
def test_a_body_that_is_no_good_json_is_refused(api, url, body):
    answer = raw(api, url, body)

    assert answer.status_code == 400
    assert answer.json()["messages"]
    assert answer.json()["request_id"]


def test_null_and_what_is_unknown_count_as_absent(api, url):
    body = {"key": None, "name": None, "metadata": None, "owner_id": 1, "is_staff": True}

    answer = api.post(url, body)

    assert answer.status_code == 201
    assert answer.json()["metadata"] == {}


def test_a_message_says_what_is_asked_for(admin):
    answer = admin.post("/agents", {**SMALL, "name": 5}).json()

    assert answer["field_errors"] == {"name": "Input should be a valid string"}
    assert answer["messages"] == ["name: Input should be a valid string"]


def test_what_is_missing_is_named(api):
    answer = api.get("/agents/nope")

    assert answer.status_code == 404
    assert answer.json()["id"] == "nope"


@pytest.mark.parametrize(
    "path", ["/", "/nope", "/agents/a/b/c", "/agents/%00", "/agents/", "/corpora/a/documents/b%0Ac"]
)
def test_there_is_nothing_elsewhere(api, path):
    answer = api.get(path)

    assert answer.status_code == 404
    assert answer.json()["messages"]


def test_a_method_that_is_not_supported_is_named(api):
    answer = api("put", "/agents", body={})

    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, POST"
    assert answer.json()["messages"]


def test_a_body_that_is_too_large_is_refused(api, url):
    answer = raw(api, url, b'{"description": "' + b"x" * (3 * 2**20) + b'"}')

    assert answer.status_code == 413


def test_a_broken_form_is_refused(api, url, session):
    path = f"{url}/{session.key}/events"

    answer = raw(api, path, b"--x\r\nbroken", "multipart/form-data; boundary=x")
    no_boundary = raw(api, path, b"x", "multipart/form-data")

    assert (answer.status_code, no_boundary.status_code) == (400, 400)


def test_json_is_tolerated_where_there_is_no_body(api, url, session):
    assert raw(api, f"{url}/{session.key}", b"", method="get").status_code == 200
    assert raw(api, f"{url}/{session.key}", b"{", method="delete").status_code == 204


@pytest.mark.parametrize("value", ["True", "true", "False", "1"])
def test_booleans_come_as_clients_write_them(api, value):
    assert api.get("/agents", enabled=value).status_code == 200


@pytest.mark.parametrize("header", ["Request-Timeout", "Request-Timeout-Millis"])
@pytest.mark.parametrize("value", ["0", "-1", "x", "1.5", "9" * 20, "٣"])
def test_a_time_limit_is_a_whole_number(api, header, value):
    assert api("get", "/agents", headers={header: value}).status_code == 400


def test_a_time_limit_that_is_kept_changes_nothing(api):
    assert api("get", "/agents", headers={"Request-Timeout": "30"}).status_code == 200


# Rate limits


def test_a_key_has_its_share_of_requests(api, settings):
    settings.API_REQUESTS_PER_MINUTE = 3
    codes = [api.get("/agents").status_code for _ in range(4)]
    answer = api.get("/agents")

    assert codes == [200, 200, 200, 429]
    assert 1 <= int(answer.headers["Retry-After"]) <= 61


def test_many_keys_of_one_person_share_a_limit(on_this_thread, alice, settings):
    settings.API_REQUESTS_PER_MINUTE = 3
    codes = [api_of(alice).get("/agents").status_code for _ in range(7)]

    assert codes == [200] * 6 + [429]


# Idempotency-Key


def create(admin, key, **changes):
    body = {**SMALL, **changes}
    return admin("post", "/agents", body=body, headers={"Idempotency-Key": key})


def test_a_repeated_create_makes_one_thing_and_answers_alike(admin):
    first, second = create(admin, "k"), create(admin, "k")

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert second.headers["Idempotent-Replayed"] == "true"
    assert Agent.objects.count() == 1


def test_a_key_for_something_else_is_a_conflict(admin):
    create(admin, "k")

    assert create(admin, "k", name="Other").status_code == 409


def test_a_refused_create_may_be_tried_again(admin):
    assert create(admin, "k", model={}).status_code == 400
    assert create(admin, "k").status_code == 201


def test_two_people_may_use_one_key(admin, api):
    body, headers = {"name": "x"}, {"Idempotency-Key": "k"}

    assert admin("post", "/api_keys", body=body, headers=headers).status_code == 201
    assert api("post", "/api_keys", body=body, headers=headers).status_code == 201


def test_a_new_secret_does_not_lie_open_in_the_memory(api):
    answer = api("post", "/api_keys", body={"name": "x"}, headers={"Idempotency-Key": "k"})
    secret = answer.json()["secret_key"]

    again = api("post", "/api_keys", body={"name": "x"}, headers={"Idempotency-Key": "k"})

    assert again.json()["secret_key"] == secret
    stored = IdempotencyRecord.objects.extra(select={"raw": "body"}).values_list("raw", flat=True)
    assert secret not in str(list(stored))
    assert secret not in str(ApiKey.objects.values_list())


# What we did not expect


def test_our_own_mistake_is_one_answer_without_details(api, monkeypatch, caplog):
    def fail(*args, **kwargs):
        raise RuntimeError("a detail")

    monkeypatch.setattr("chatapp.api.agents.page_of", fail)
    answer = api.get("/agents")

    assert answer.status_code == 500
    assert "detail" not in answer.content.decode()


@pytest.fixture(autouse=True)
def _forget_counts():
    yield
    cache.clear()


def test_the_schema_and_its_page_are_open_to_all(nobody, db):
    make_agent()

    assert nobody.get("/openapi.json").json()["openapi"].startswith("3.1")
    page = nobody.get("/docs")
    assert page.status_code == 200
    assert "/v2/agents/{agent_key}" in page.content.decode()
    assert "<script>" not in page.content.decode()
