"""The smaller resources: instructions, tools, tool servers, models, keys, users, schedules."""

from datetime import timedelta

import pytest
from django.utils import timezone

from chatapp.models import ApiKey, Llm, Schedule, Session, ToolServer, User
from chatapp.services.schedules import run_due_schedules
from chatapp.services.users import create_user
from tests.factories import make_agent

# Instructions

HELLO = {"type": "initial", "name": "hello", "template": "Hello $session.metadata.who!"}


@pytest.fixture
def hello(admin):
    return admin.post("/instructions", HELLO).json()


def test_a_change_of_an_instruction_is_its_next_version(admin, hello):
    url = f"/instructions/{hello['id']}"

    changed = admin.patch(url, {"type": "initial", "template": "Bye"}).json()

    assert (hello["version"], changed["version"]) == (1, 2)
    assert admin.get(url).json()["template"] == "Bye"
    assert admin.get(url, version=1).json()["template"] == HELLO["template"]
    assert admin.get(url, version=3).status_code == 404


def test_an_instruction_can_be_tried_out(admin, hello):
    url = f"/instructions/{hello['id']}/test"

    assert admin.post(url, {"context": {"who": "Ada"}}).json() == {
        "rendered_instruction": "Hello Ada!"
    }
    without_body = admin("post", url, data=b"", content_type="application/json")
    assert without_body.json() == {"rendered_instruction": "Hello $session.metadata.who!"}


def test_a_template_that_cannot_be_rendered_is_unprocessable(admin, hello):
    url = f"/instructions/{hello['id']}"
    endless = "#foreach($a in [1..9999])#foreach($b in [1..9999])x#end#end"
    admin.patch(url, {"type": "initial", "template": endless})

    assert admin.post(f"{url}/test", {}).status_code == 422


def test_a_bad_template_is_refused(admin, hello):
    assert admin.post("/instructions", {**HELLO, "template": "#if("}).status_code == 400


def test_a_version_in_use_cannot_be_deleted(admin, hello):
    url = f"/instructions/{hello['id']}"
    admin.patch(url, {"type": "initial", "template": "Bye"})
    reference = {"type": "reference", "id": hello["id"], "version": 1}
    make_agent(steps={"main": {"instructions": [reference], "output_parser": {"type": "default"}}})

    assert admin.delete(f"{url}/versions/1").status_code == 409
    assert admin.delete(f"{url}/versions/2").status_code == 204
    assert admin.delete(f"{url}/versions/2").status_code == 404
    assert admin.delete(f"{url}/versions/{10**30}").status_code == 404
    assert admin.delete(url).status_code == 204


# Tools

ADD = {
    "type": "lambda",
    "name": "add",
    "title": "Add",
    "description": "Add two numbers.",
    "code": "def process(a: int, b: int = 1) -> dict[str, int]:\n    return {'sum': a + b}\n",
}


@pytest.fixture
def add(admin):
    return admin.post("/tools", ADD).json()


def test_the_code_says_what_a_function_takes(add):
    assert add["input_schema"]["required"] == ["a"]
    assert add["function_definition"]["validation_status"] == "valid"
    assert add["language"] == "python"


def test_code_without_annotations_is_accepted(admin):
    body = {**ADD, "code": "def process(request):\n    return {'ok': True}\n"}

    assert admin.post("/tools", body).status_code == 201


@pytest.mark.parametrize("code", ["def other(): pass", "def process(", "x = 1"])
def test_code_that_is_no_tool_is_unprocessable(admin, code):
    assert admin.post("/tools", {**ADD, "code": code}).status_code == 422


def test_a_function_has_its_name_for_itself(admin, add):
    assert admin.post("/tools", ADD).status_code == 409


def test_a_patch_echoes_what_it_changed(admin, add):
    patch = {"type": "lambda", "enabled": False, "description": "No more."}

    patched = admin.patch(f"/tools/{add['id']}", patch).json()

    assert (patched["enabled"], patched["description"]) == (False, "No more.")
    assert admin.patch(f"/tools/{add['id']}", {"type": "mcp"}).status_code == 400


def test_a_tool_in_use_cannot_be_deleted(admin, add):
    agent = make_agent(tool_configurations={"a": {"type": "lambda", "tool_id": add["id"]}})

    assert admin.delete(f"/tools/{add['id']}").status_code == 409
    admin.patch(f"/agents/{agent.key}", {"tool_configurations": None})
    assert admin.delete(f"/tools/{add['id']}").status_code == 204
    assert admin.get(f"/tools/{add['id']}").status_code == 404


def test_tools_of_people_come_before_the_built_in_ones(api, add):
    first = api.get("/tools", limit=1).json()
    key = first["metadata"]["page_key"]
    rest = api.get("/tools", page_key=key).json()["tools"]

    assert first["tools"][0]["id"] == add["id"]
    assert "tol_artifact_read" in [tool["id"] for tool in rest]
    assert api.get("/tools/tol_artifact_read").json()["name"] == "artifact_read"


def test_tools_are_filtered(api, add):
    def names(**query):
        return [tool["name"] for tool in api.get("/tools", **query).json()["tools"]]

    assert names(type="lambda") == ["add"]
    assert names(filter="^artifact_r") == ["artifact_read"]
    assert names(enabled=False) == []
    assert names(tool_server_id="tsr_nope") == []
    assert api.get("/tools", type="teleport").status_code == 400


# Tool servers

SERVER = {"name": "s", "type": "mcp", "uri": "https://tools.example.com/mcp", "transport": "sse"}


def test_a_tool_server_keeps_its_secrets(admin):
    auth = {"type": "bearer", "token": "a secret"}

    created = admin.post("/tool_servers", {**SERVER, "auth": auth})

    assert created.status_code == 201
    assert "a secret" not in created.content.decode()
    server = ToolServer.objects.get()
    assert server.auth == auth
    stored = ToolServer.objects.extra(select={"raw": "auth"}).values_list("raw", flat=True)
    assert "a secret" not in str(list(stored))


def test_a_tool_server_is_changed_and_deleted(admin):
    url = f"/tool_servers/{admin.post('/tool_servers', SERVER).json()['id']}"

    patched = admin.patch(url, {"enabled": False, "description": "d"}).json()

    assert (patched["enabled"], patched["description"], patched["uri"]) == (
        False, "d", SERVER["uri"],
    )  # fmt: skip
    assert admin.delete(url).status_code == 204
    assert admin.get(url).status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        {"uri": "file:///etc/passwd"},
        {"uri": "stdio"},
        {"uri": "http://"},
        {"uri": "http://[::1"},
        {"transport": "stdio"},
        {"type": "stdio"},
        {"headers": {"X": "a\r\nb"}},
        {"auth": {"type": "bearer"}},
    ],
)
def test_a_server_is_reached_over_http_and_in_no_other_way(admin, change):
    answer = admin.post("/tool_servers", {**SERVER, "command": "sh", **change})

    assert answer.status_code == 400
    assert not ToolServer.objects.exists()


# Language models

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


def test_a_type_we_cannot_serve_is_refused(admin):
    assert admin.post("/llms", {**MODEL, "type": "vertex-ai"}).status_code == 400


def test_the_built_in_model_completes_chats(api):
    messages = [{"role": "user", "content": "What is 6 * 7?"}]

    answer = api.post("/llms/chat/completions", {"model": "gpt-4o", "messages": messages})

    assert answer.status_code == 200
    assert "42" in answer.json()["choices"][0]["message"]["content"]


def test_there_is_something_to_choose_from(api):
    presets = api.get("/generation_presets").json()["generation_presets"]

    assert len([preset for preset in presets if preset["enabled"]]) >= 2
    assert any(preset["default"] for preset in presets)
    assert api.get("/rerankers").json()["rerankers"]
    assert api.get("/pipelines").json() == {"pipelines": [], "metadata": {}}
    assert api.get("/jobs").json() == {"jobs": [], "metadata": {}}


# Keys and users


def test_a_key_shows_its_secret_once(api):
    created = api.post("/api_keys", {"name": "k", "api_key_role": "serving"}).json()

    assert created["secret_key"].startswith("zk_")
    assert "secret_key" not in api.get(f"/api_keys/{created['id']}").json()
    assert created["secret_key"] not in api.get("/api_keys").content.decode()


def test_a_key_is_switched_off_and_deleted(api):
    url = f"/api_keys/{api.post('/api_keys', {'name': 'k'}).json()['id']}"

    assert api.patch(url, {"enabled": False}).json()["enabled"] is False
    assert api.delete(url).status_code == 204
    assert api.get(url).status_code == 404
    assert ApiKey.objects.count() == 1


def test_a_user_is_added_found_by_either_name_and_removed(admin):
    created = admin.post("/users", {"email": "new+1@example.com"}).json()

    assert (created["username"], created["enabled"]) == ("new+1@example.com", True)
    assert admin.get("/users/new+1@example.com").json() == created
    assert created in admin.get("/users").json()["users"]
    patch = {"enabled": False, "description": "d", "api_roles": ["administrator"]}
    patched = admin.patch("/users/new+1@example.com", patch).json()
    assert {**created, **patch} == patched
    assert User.objects.get(email="new+1@example.com").is_superuser
    assert admin.delete("/users/new+1@example.com").status_code == 204
    assert admin.get("/users/new+1@example.com").status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"email": "no address"}, 400),
        ({"email": "a@example.com", "username": "a b"}, 400),
        ({"email": "ADA@example.com"}, 409),
        ({"email": "a@example.com", "username": "ada"}, 409),
        ({"email": "a@example.com", "api_roles": ["emperor"]}, 400),
    ],
)
def test_a_bad_user_is_refused(admin, body, status):
    assert admin.post("/users", body).status_code == status


def test_nobody_locks_themselves_out(admin):
    assert admin.patch("/users/ada", {"enabled": False}).status_code == 403
    assert admin.patch("/users/ada", {"api_roles": []}).status_code == 403
    assert admin.delete("/users/ada").status_code == 403


def test_a_new_password_is_a_link_that_works_once(admin):
    create_user(username="new", email="new@example.com")

    answer = admin.post("/users/new/reset_password").json()

    assert answer["one_time_code_link"].endswith(f"/login/link/{answer['one_time_code']}")


# Schedules


@pytest.fixture
def url(agent):
    return f"/agents/{agent.key}/schedules"


def daily(**changes):
    body = {
        "key": "daily",
        "name": "Daily",
        "message": [{"type": "text", "content": "What is new?"}],
        "schedule": {"type": "cron", "cron_expression": "0 9 * * *"},
    }
    return {**body, **changes}


def test_a_schedule_runs_when_its_time_has_come(api, url):
    api.post(url, daily(session_metadata={"a": 1}))
    due = timezone.now() + timedelta(days=1)

    assert run_due_schedules(now=due - timedelta(days=1)) == 0
    assert run_due_schedules(now=due) == 1
    assert run_due_schedules(now=due) == 0

    [execution] = api.get(f"{url}/daily/executions").json()["executions"]
    session = Session.objects.get(key=execution["session_key"])
    assert execution["status"] == "success"
    assert (session.metadata, session.origin) == ({"a": 1}, "schedule")
    assert session.events.get().body["messages"][0]["content"] == "What is new?"


def test_a_run_that_fails_is_on_record(api, url, agent):
    api.post(url, daily())
    agent.enabled = False
    agent.save()

    run_due_schedules(now=timezone.now() + timedelta(days=1))

    execution = Schedule.objects.get().executions.get()
    assert (execution.status, bool(execution.error_message)) == ("error", True)


def test_old_executions_go(api, url):
    timing = {"type": "interval", "interval": "PT1M"}
    api.post(url, daily(schedule=timing, max_executions_to_keep=2))

    for minutes in (2, 4, 6):
        run_due_schedules(now=timezone.now() + timedelta(minutes=minutes))

    assert Schedule.objects.get().executions.count() == 2


def test_a_disabled_schedule_rests(api, url):
    api.post(url, daily())
    api.patch(f"{url}/daily", {"enabled": False})

    assert run_due_schedules(now=timezone.now() + timedelta(days=1)) == 0
    assert api.delete(f"{url}/daily").status_code == 204
    assert api.get(f"{url}/daily").status_code == 404


@pytest.mark.parametrize(
    "timing",
    [
        {"type": "interval", "interval": "PT1S"},
        {"type": "interval", "interval": "6 hours"},
        {"type": "interval", "interval": "P"},
        {"type": "interval", "interval": "PT99999999999H"},
        {"type": "cron", "cron_expression": "0 9 * *"},
        {"type": "cron", "cron_expression": "99 9 * * *"},
        {"type": "cron", "cron_expression": "0 0 31 2 *"},
        {"type": "cron", "cron_expression": "* * * * * *"},
        {"type": "sometimes"},
    ],
)
def test_a_time_that_never_comes_is_refused(api, url, timing):
    assert api.post(url, daily(schedule=timing)).status_code == 400
