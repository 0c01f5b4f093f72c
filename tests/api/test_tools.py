"""/v2/tools and /v2/tool_servers (wire contract, §16)."""

import pytest

from chatapp.models import ToolServer
from tests.factories import make_agent

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
