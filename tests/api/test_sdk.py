"""The official SDK, unchanged, against a server of ours: every method of what we have."""

import base64
from importlib.metadata import version

import httpx
import pytest
from vectara.agent_events import (
    CreateAgentEventsRequestBody_Compact as Compact,
)
from vectara.agent_events import (
    CreateAgentEventsRequestBody_InputMessage as Message,
)
from vectara.agent_events import (
    CreateAgentEventsRequestBody_Interrupt as Interrupt,
)
from vectara.agent_events import (
    CreateAgentEventsStreamRequestBody_InputMessage as StreamedMessage,
)
from vectara.agent_sessions import CreateAgentSessionRequestFromSession as FromSession
from vectara.client import Vectara
from vectara.core.api_error import ApiError
from vectara.environment import VectaraEnvironment
from vectara.types import (
    AgentModel,
    AgentRole,
    AgentTextInput,
    CompactionConfig,
    CreateAppClientRequest_ClientCredentials,
    CreateInstructionRequest_Initial,
    CreateLlmRequest_OpenaiCompatible,
    CreateToolRequest_Lambda,
    FirstAgentStep,
    ScheduleConfiguration_Interval,
    UpdateInstructionRequest_Initial,
    UpdateLlmRequest_OpenaiCompatible,
    UpdateToolRequest_Lambda,
)

from tests.installation import Installation

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Installation(tmp_path_factory.mktemp("sdk")) as installation:
        web = installation.web()
        yield web.url, installation.manage("createapikey", "ada")


@pytest.fixture(scope="module")
def client(server):
    """The SDK with any credentials. It closes no connections itself."""
    url, _ = server
    with httpx.Client(timeout=60) as http:
        environment = VectaraEnvironment(default=url, auth=url)
        yield lambda **given: Vectara(environment=environment, httpx_client=http, **given)


@pytest.fixture(scope="module")
def sdk(client, server):
    return client(api_key=server[1])


@pytest.fixture
def agent(sdk):
    made = sdk.agents.create(
        name="Contract agent",
        model=AgentModel(name="gpt-4o"),
        tool_configurations={},
        first_step=FirstAgentStep(
            name="main",
            instructions=[{"type": "inline", "name": "i", "template": "You are $agent.name."}],
            output_parser={"type": "default"},
        ),
        compaction=CompactionConfig(enabled=True, keep_recent_inputs=1),
    )
    yield made
    sdk.agents.delete(made.key)


@pytest.fixture
def session(sdk, agent):
    return sdk.agent_sessions.create(agent.key, name="Contract", metadata={"customer": "Zoë 🦊"})


def text(content):
    return [{"type": "text", "content": content}]


def say(sdk, session, content, **fields):
    request = Message(messages=text(content), **fields)
    return sdk.agent_events.create(session.agent_key, session.key, request=request)


def refused(status, call, *args, **kwargs):
    with pytest.raises(ApiError) as caught:
        call(*args, **kwargs, request_options={"max_retries": 0})
    assert caught.value.status_code == status
    return caught.value


# Agents


def test_agents(sdk, agent):
    assert sdk.agents.get(agent.key).first_step.instructions[0].template == "You are $agent.name."
    assert agent.key in [row.key for row in sdk.agents.list(filter="^Contract", limit=1)]
    assert agent.key not in [row.key for row in sdk.agents.list(enabled=False)]

    updated = sdk.agents.update(agent.key, description="New", metadata={"a": 1}, enabled=False)
    assert (updated.description, updated.metadata, updated.enabled) == ("New", {"a": 1}, False)

    replaced = sdk.agents.replace(
        agent.key,
        name="Replaced",
        model=AgentModel(name="gpt-4o"),
        tool_configurations={"files": {"type": "artifact_read"}},
        first_step_name="a",
        steps={"a": {"instructions": [], "output_parser": {"type": "default"}}},
    )
    assert (replaced.name, replaced.first_step.name) == ("Replaced", "a")
    assert replaced.tool_configurations["files"].type == "artifact_read"
    refused(404, sdk.agents.get, "nope")


def test_the_identity_of_an_agent(sdk, agent):
    assert sdk.agents.get_identity(agent.key).mode == "auto"
    roles = [AgentRole(agent_key="helper", role="agent_user")]
    identity = sdk.agents.update_identity(agent.key, mode="manual", agent_roles=roles)
    assert (identity.mode, identity.agent_roles[0].agent_key) == ("manual", "helper")


# Sessions


def test_sessions(sdk, agent, session):
    assert session.metadata == {"customer": "Zoë 🦊"}
    assert sdk.agent_sessions.get(agent.key, session.key) == session
    others = {sdk.agent_sessions.create(agent.key).key for _ in range(4)}
    listed = [row.key for row in sdk.agent_sessions.list(agent.key, limit=2)]
    assert sorted(listed) == sorted({session.key, *others})

    updated = sdk.agent_sessions.update(
        agent.key, session.key, name="New", metadata={"a": 1}, tti_minutes=5
    )
    assert (updated.name, updated.tti_minutes, updated.metadata["a"]) == ("New", 5, 1)
    sdk.agent_sessions.delete(agent.key, session.key)
    refused(404, sdk.agent_sessions.get, agent.key, session.key)
    refused(404, sdk.agent_sessions.delete, agent.key, session.key)


def test_forks(sdk, agent, session):
    say(sdk, session, "My name is Ada.")
    say(sdk, session, "I live in Paris.")
    events = list(sdk.agent_events.list(agent.key, session.key))

    def fork(**cut_off):
        source = FromSession(session_key=session.key, **cut_off)
        made = sdk.agent_sessions.create(agent.key, from_session=source)
        return made, [event.type for event in sdk.agent_events.list(agent.key, made.key)]

    whole, types = fork()
    assert types == [event.type for event in events]
    assert fork(include_up_to_event_id=events[1].id)[1] == types[:2]
    compacted, types = fork(compact_up_to_event_id=events[1].id)
    assert types[0] == "compaction"
    for made in (whole, compacted):
        assert say(sdk, made, "Where do I live?").events[-1].type == "agent_output"
    source = FromSession(session_key=session.key, include_up_to_event_id="aev_nope")
    refused(400, sdk.agent_sessions.create, agent.key, from_session=source)


# Events


def test_an_answer(sdk, session):
    response = say(sdk, session, "What can you do for me?")

    assert [event.type for event in response.events] == ["input_message", "agent_output"]
    assert len(response.events[-1].content) > 20
    assert response.session_key == session.key


def test_a_stream(sdk, agent, session):
    request = StreamedMessage(messages=text("What can you do for me?"))

    frames = list(sdk.agent_events.create_stream(agent.key, session.key, request=request))

    said = "".join(frame.content for frame in frames if frame.type == "streaming_agent_output")
    stored = list(sdk.agent_events.list(agent.key, session.key))[-1]
    assert said == stored.content
    assert [f.event_id for f in frames if f.type == "streaming_agent_output_end"] == [stored.id]
    assert frames[-1].type == "end"
    assert any(frame.type == "context_consumed" for frame in frames)
    assert sdk.agent_sessions.get(agent.key, session.key).session_context_usage.total_tokens > 0


def test_events_are_listed_hidden_and_deleted(sdk, agent, session):
    first, last = say(sdk, session, "Hello").events
    events = sdk.agent_events

    assert events.hide(agent.key, session.key, first.id).id == first.id
    assert [event.id for event in events.list(agent.key, session.key)] == [last.id]
    hidden = events.list(agent.key, session.key, include_hidden=True, limit=1)
    assert [event.id for event in hidden] == [first.id, last.id]
    events.unhide(agent.key, session.key, first.id)
    assert events.get(agent.key, session.key, first.id) == first
    events.delete(agent.key, session.key, first.id)
    refused(404, events.get, agent.key, session.key, first.id)


def test_a_compaction(sdk, agent, session):
    for number in range(3):
        say(sdk, session, f"Remember the number {number}.")
    before = list(sdk.agent_events.list(agent.key, session.key))

    done = sdk.agent_events.create(agent.key, session.key, request=Compact())

    assert "compaction" in [event.type for event in done.events]
    assert len(list(sdk.agent_events.list(agent.key, session.key))) < len(before)
    whole = list(sdk.agent_events.list(agent.key, session.key, include_hidden=True))
    assert len(whole) > len(before)


def test_nothing_to_compact_is_refused(sdk, agent, session):
    refused(400, sdk.agent_events.create, agent.key, session.key, request=Compact())


def test_an_interrupt_of_nothing(sdk, agent, session):
    done = sdk.agent_events.create(agent.key, session.key, request=Interrupt())

    assert done.events == []


def test_since_and_unknown_things(sdk, agent, session):
    first = say(sdk, session, "Hello").events[0]

    assert len(say(sdk, session, "Hello again", since=first.id).events) == 3
    assert len(say(sdk, session, "And again", since="start").events) == 2
    refused(404, sdk.agent_events.list, agent.key, "nope")
    refused(404, sdk.agent_events.list, "nope", session.key)


# Artifacts


def test_artifacts(sdk, server, agent, session):
    url, key = server
    path = f"{url}/v2/agents/{agent.key}/sessions/{session.key}"
    files = [
        ("files", ("notes.md", b"# Notes\n\nRefunds take 14 days.", "text/markdown")),
        ("files", ("b.txt", b"Bread", "text/plain")),
    ]
    answer = httpx.post(f"{path}/events", files=files, headers={"x-api-key": key})
    assert answer.status_code == 201

    listed = list(sdk.agent_artifacts.list(agent.key, session.key, limit=1, order_by="asc"))
    assert [artifact.filename for artifact in listed] == ["notes.md", "b.txt"]
    got = sdk.agent_artifacts.get(agent.key, session.key, listed[1].artifact_id)
    assert base64.b64decode(got.data) == b"Bread"
    refused(404, sdk.agent_artifacts.get, agent.key, session.key, "art_nope")
    [upload] = sdk.agent_events.list(agent.key, session.key)
    assert [entry.filename for entry in upload.artifacts] == ["notes.md", "b.txt"]


# Instructions


def test_instructions(sdk):
    created = sdk.instructions.create(
        request=CreateInstructionRequest_Initial(name="hello", template="Hello $session.metadata.x")
    )
    changed = sdk.instructions.update(
        created.id, request=UpdateInstructionRequest_Initial(template="Bye $session.metadata.x")
    )
    assert (created.version, changed.version) == (1, 2)
    assert sdk.instructions.get(created.id, version=1).template.startswith("Hello")
    assert created.id in [row.id for row in sdk.instructions.list(limit=1)]
    tested = sdk.instructions.test(created.id, context={"x": "Ada"})
    assert tested.rendered_instruction == "Bye Ada"
    sdk.instructions.delete_version(created.id, 1)
    sdk.instructions.delete(created.id)
    refused(404, sdk.instructions.get, created.id)


# Tools and tool servers


CODE = "def process(request):\n    return {'echo': request}\n"


def test_tools(sdk):
    request = CreateToolRequest_Lambda(name="echo", title="Echo", description="d", code=CODE)
    created = sdk.tools.create(request=request)
    updated = sdk.tools.update(
        created.id, request=UpdateToolRequest_Lambda(enabled=False, description="Changed")
    )
    assert (updated.enabled, updated.description) == (False, "Changed")
    assert sdk.tools.get(created.id).function_definition.code == CODE
    tested = sdk.tools.test(created.id, input={"request": 5})
    assert (tested.type, tested.output) == ("success", {"echo": {"request": 5}})
    assert {"lambda", "artifact_read"} <= {tool.type for tool in sdk.tools.list(limit=3)}
    assert [tool.id for tool in sdk.tools.list(type="lambda")] == [created.id]
    refused(409, sdk.tools.create, request=request)
    sdk.tools.delete(created.id)
    refused(404, sdk.tools.get, created.id)


def test_code_without_a_tool(sdk):
    good = sdk.tools.test_without_creation(code=CODE, test_input={"request": 1})
    bad = sdk.tools.test_without_creation(code="def other(): pass", test_input={})

    assert (good.validation.status, good.execution.output) == ("valid", {"echo": {"request": 1}})
    assert (bad.validation.status, bad.execution) == ("invalid", None)


def test_tool_servers(sdk):
    created = sdk.tool_servers.create(
        name="servers", type="mcp", uri="https://tools.example.com/mcp", transport="sse"
    )
    updated = sdk.tool_servers.update(created.id, description="d", metadata={"a": 1})
    assert (updated.description, updated.metadata) == ("d", {"a": 1})
    assert sdk.tool_servers.get(created.id) == updated
    assert created.id in [server.id for server in sdk.tool_servers.list()]
    assert list(sdk.tools.list(tool_server_id=created.id)) == []
    sdk.tool_servers.delete(created.id)
    refused(404, sdk.tool_servers.get, created.id)


# Models, and the catalogs


def test_llms(sdk):
    request = CreateLlmRequest_OpenaiCompatible(name="mine", uri="https://llm.example.com/v1")
    created = sdk.llms.create(request=request)
    change = UpdateLlmRequest_OpenaiCompatible(description="d", enabled=False)
    assert sdk.llms.update(created.id, request=change).enabled is False
    assert sdk.llms.get(created.id).description == "d"
    assert {created.id} < {llm.id for llm in sdk.llms.list(limit=1)}
    sdk.llms.delete(created.id)
    refused(404, sdk.llms.get, created.id)


def test_catalogs(sdk):
    created = sdk.generation_presets.create(name="mine", max_tokens=100, temperature=0.0)
    assert {created.id} < {preset.id for preset in sdk.generation_presets.list(limit=1)}
    replaced = sdk.generation_presets.replace(created.id, name="mine", max_tokens=7)
    assert (replaced.max_tokens, replaced.temperature) == (7, None)
    sdk.generation_presets.delete(created.id)
    refused(404, sdk.generation_presets.delete, created.id)
    assert list(sdk.rerankers.list())
    assert list(sdk.pipelines.list()) == []
    assert list(sdk.jobs.list()) is not None
    refused(404, sdk.jobs.get, "job_nope")


# Keys, clients, users


def test_api_keys(sdk, client):
    created = sdk.api_keys.create(name="serving", api_key_role="serving")
    with_key = client(api_key=created.secret_key)
    refused(403, with_key.agents.list)
    assert sdk.api_keys.update(created.id, enabled=False).enabled is False
    assert sdk.api_keys.get(created.id).enabled is False
    assert created.id in [key.id for key in sdk.api_keys.list(limit=1)]
    refused(401, with_key.llms.list)
    sdk.api_keys.delete(created.id)
    refused(404, sdk.api_keys.get, created.id)


def test_app_clients_fetch_their_own_tokens(sdk, client):
    request = CreateAppClientRequest_ClientCredentials(name="client")
    created = sdk.app_clients.create(request=request)
    with_token = client(client_id=created.client_id, client_secret=created.client_secret)
    assert with_token.agents.list(limit=1).items
    updated = sdk.app_clients.update(created.id, description="d", api_roles=["viewer"])
    assert (updated.description, updated.api_roles) == ("d", ["viewer"])
    assert sdk.app_clients.get(created.id).name == "client"
    assert created.id in [row.id for row in sdk.app_clients.list(filter="cli")]
    sdk.app_clients.delete(created.id)
    refused(404, sdk.app_clients.get, created.id)


def test_users(sdk):
    created = sdk.users.create(email="sdk+1@example.com")
    assert (created.username, created.enabled) == ("sdk+1@example.com", True)
    updated = sdk.users.update(created.username, description="d", enabled=False)
    assert (updated.description, updated.enabled) == ("d", False)
    assert sdk.users.get(created.username).id == created.id
    assert created.id in [user.id for user in sdk.users.list(limit=2)]
    sdk.users.update(created.username, enabled=True)
    assert sdk.users.reset_password(created.username).one_time_code
    sdk.users.delete(created.username)
    refused(404, sdk.users.get, created.username)


# Schedules


def test_schedules(sdk, agent):
    created = sdk.agent_schedules.create(
        agent.key,
        name="Every six hours",
        message=[AgentTextInput(content="What is new?", type="text")],
        schedule=ScheduleConfiguration_Interval(interval="PT6H"),
    )
    assert sdk.agent_schedules.update(agent.key, created.key, enabled=False).enabled is False
    assert sdk.agent_schedules.get(agent.key, created.key).schedule.interval == "PT6H"
    assert [row.key for row in sdk.agent_schedules.list(agent.key)] == [created.key]
    assert list(sdk.agent_schedules.list_executions(agent.key, created.key)) == []
    sdk.agent_schedules.delete(agent.key, created.key)
    refused(404, sdk.agent_schedules.get, agent.key, created.key)


def test_the_sdk_is_the_one_we_promise():
    assert version("vectara") == "0.4.3"
