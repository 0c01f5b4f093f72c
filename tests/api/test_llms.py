"""/v2/llms, chat completions, and the lists of what there is to choose from."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections

from chatapp.models import Llm, User
from tests.fake_openai import FakeOpenAI, Reply

MODEL = {"type": "openai-compatible", "name": "mine", "uri": "https://llm.example.com/v1"}


def test_a_language_model_is_added_and_changed(admin):
    auth = {"type": "bearer", "token": "a secret"}
    created = admin.post("/llms", {**MODEL, "model": "m", "auth": auth}).json()
    url = f"/llms/{created['id']}"

    patched = admin.patch(url, {"type": MODEL["type"], "enabled": False}).json()

    assert (created["ownership"], created["default"], patched["enabled"]) == (
        "customer", False, False,
    )  # fmt: skip
    llm = Llm.objects.get(name="mine")
    assert (llm.secret, llm.upstream_name, llm.provider) == ("a secret", "m", "openai")
    assert admin.post("/llms", MODEL).status_code == 409
    assert admin.delete(url).status_code == 204


def test_there_is_always_a_model_and_it_stays(admin):
    [default] = admin.get("/llms").json()["llms"]

    assert default["default"] is True
    assert admin.delete(f"/llms/{default['id']}").status_code == 403


@pytest.mark.parametrize(
    ("type", "uri", "base"),
    [
        ("openai-compatible", "https://llm.example.com/v1/chat/completions", "/v1"),
        ("openai-responses", "https://llm.example.com/v1/responses", "/v1"),
        ("anthropic", "https://llm.example.com/v1/messages", "/v1"),
        ("vertex-ai", "https://llm.example.com/v1/p/endpoints/openapi/", "/v1/p/endpoints/openapi"),
    ],
)
def test_the_address_of_the_call_itself_will_do(admin, type, uri, base):
    assert admin.post("/llms", {**MODEL, "type": type, "uri": uri}).status_code == 201

    assert Llm.objects.get(name="mine").base_url == f"https://llm.example.com{base}"


GEMINI = "https://generativelanguage.googleapis.com"
VERTEX = "https://europe-west1-aiplatform.googleapis.com/v1/projects/p/locations/europe-west1"


@pytest.mark.parametrize(
    ("uri", "base"),
    [
        (f"{GEMINI}/v1beta", f"{GEMINI}/v1beta/openai"),
        (f"{GEMINI}/v1beta/openai/", f"{GEMINI}/v1beta/openai"),
        (f"{GEMINI}/v1beta/openai/chat/completions", f"{GEMINI}/v1beta/openai"),
        (f"{GEMINI}/v1beta/models/gemini:generateContent?key=x", f"{GEMINI}/v1beta/openai"),
        (VERTEX, f"{VERTEX}/endpoints/openapi"),
        (
            f"{VERTEX}/publishers/google/models/gemini:streamGenerateContent?alt=sse",
            f"{VERTEX}/endpoints/openapi",
        ),
        (f"{VERTEX}/endpoints/77/chat/completions", f"{VERTEX}/endpoints/77"),
        ("https://gateway.example.com/v1?team=a", "https://gateway.example.com/v1?team=a"),
    ],
)
def test_googles_addresses_lead_to_openais_protocol(admin, uri, base):
    assert admin.post("/llms", {**MODEL, "type": "vertex-ai", "uri": uri}).status_code == 201

    assert Llm.objects.get(name="mine").base_url == base


def test_an_address_that_is_none_is_refused(admin):
    for type in ("vertex-ai", "openai-compatible"):
        assert admin.post("/llms", {**MODEL, "type": type, "uri": "http://[x"}).status_code == 400


def test_googles_key_goes_into_googles_header(admin):
    auth = {"type": "api_key", "api_key": "AIza-secret"}
    admin.post("/llms", {**MODEL, "type": "vertex-ai", "model": "gemini", "auth": auth})

    llm = Llm.objects.get(name="mine")
    assert (llm.provider, llm.options) == ("openai", {"headers": {"x-goog-api-key": "AIza-secret"}})


def test_secrets_in_headers_lie_sealed_and_are_told_to_nobody(admin):
    auth = {"type": "header", "header": "x-secret", "value": "in-auth"}
    body = {**MODEL, "auth": auth, "headers": {"x-other": "in-headers"}}
    answer = admin.post("/llms", body)

    with connection.cursor() as cursor:
        cursor.execute("SELECT options FROM chatapp_llm WHERE name = 'mine'")
        stored = str(cursor.fetchone())
    for secret in ("in-auth", "in-headers"):
        assert secret not in stored
        assert secret not in answer.content.decode()
    headers = {"x-secret": "in-auth", "x-other": "in-headers"}
    assert Llm.objects.get(name="mine").options == {"headers": headers}


@pytest.fixture
def server():
    """A model server on a loop of its own: requests of these tests hold the thread."""
    loop, fake = asyncio.new_event_loop(), FakeOpenAI()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    asyncio.run_coroutine_threadsafe(fake.__aenter__(), loop).result()
    yield fake
    asyncio.run_coroutine_threadsafe(fake.__aexit__(None, None, None), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def test_a_model_is_tried_out_with_the_parameters_for_that(admin, server):
    body = {**MODEL, "uri": server.url, "test_model_parameters": {"max_tokens": 7}}

    assert admin.post("/llms", body).status_code == 201

    [asked] = server.requests
    assert (asked["body"]["max_tokens"], asked["body"]["model"]) == (7, "mine")


def test_a_model_that_does_not_answer_its_trial_is_not_added(admin, server):
    server.script(Reply(status=401, error={"message": "That key is wrong."}))
    body = {**MODEL, "uri": server.url, "test_model_parameters": {}}

    refused = admin.post("/llms", body)

    assert refused.status_code == 400
    assert "test call" in refused.json()["messages"][0]
    assert not Llm.objects.filter(name="mine").exists()


def while_tried_out(server, work):
    """Do it while the model server has not answered yet, on a thread of its own."""

    def run():
        work()
        connections.close_all()

    def reply_to(body):
        with ThreadPoolExecutor(1) as pool:
            pool.submit(run).result()
        return Reply(text="Hello.")

    server.reply_to = reply_to


@pytest.mark.django_db(transaction=True)
def test_while_a_model_is_tried_out_others_may_write(admin, server):
    while_tried_out(server, lambda: User.objects.create(username="somebody-else"))
    body = {**MODEL, "uri": server.url, "test_model_parameters": {}}

    assert admin.post("/llms", body, headers={"Idempotency-Key": "k"}).status_code == 201


def tried_change(admin, server, meanwhile):
    created = admin.post("/llms", {**MODEL, "uri": server.url}).json()
    while_tried_out(server, meanwhile)
    patch = {"type": MODEL["type"], "model": "newer", "test_model_parameters": {}}
    return admin.patch(f"/llms/{created['id']}", patch)


@pytest.mark.django_db(transaction=True)
def test_a_change_undoes_no_other_that_came_while_it_was_tried_out(admin, server):
    meanwhile = {"enabled": False, "options": {"headers": {"x-a": "b"}}}

    answer = tried_change(
        admin, server, lambda: Llm.objects.filter(name="mine").update(**meanwhile)
    )

    llm = Llm.objects.get(name="mine")
    assert (answer.json()["enabled"], llm.enabled, llm.upstream_name) == (False, False, "newer")
    assert llm.options == meanwhile["options"]


@pytest.mark.django_db(transaction=True)
def test_a_model_deleted_while_a_change_is_tried_out_stays_deleted(admin, server):
    answer = tried_change(admin, server, lambda: Llm.objects.filter(name="mine").delete())

    assert answer.status_code == 404
    assert not Llm.objects.filter(name="mine").exists()


def test_a_repeated_create_is_not_tried_out_again(admin, server):
    body = {**MODEL, "uri": server.url, "test_model_parameters": {}}
    first, second = (admin.post("/llms", body, headers={"Idempotency-Key": "k"}) for _ in range(2))

    assert (first.content, second.status_code) == (second.content, 201)
    assert len(server.requests) == 1


def test_a_change_is_tried_out_before_it_is_stored(admin, server):
    created = admin.post("/llms", {**MODEL, "uri": server.url}).json()
    server.script(Reply(status=404))
    patch = {"type": MODEL["type"], "model": "gone", "test_model_parameters": {}}

    assert admin.patch(f"/llms/{created['id']}", patch).status_code == 400

    assert Llm.objects.get(name="mine").upstream_name == ""


def test_the_built_in_model_completes_chats(api):
    messages = [{"role": "user", "content": "What is 6 * 7?"}]

    answer = api.post("/llms/chat/completions", {"model": "gpt-4o", "messages": messages})

    assert answer.status_code == 200
    assert "42" in answer.json()["choices"][0]["message"]["content"]


def test_there_is_something_to_choose_from(api):
    assert api.get("/rerankers").json()["rerankers"]
    assert api.get("/pipelines").json() == {"pipelines": [], "metadata": {}}
    assert api.get("/jobs").json() == {"jobs": [], "metadata": {}}
