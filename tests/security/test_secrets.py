"""Secrets and what people write: neither is found where it does not belong (T-SE-1, -3, G28)."""

import io
import logging
import re

import pytest
from asgiref.sync import sync_to_async
from django.apps import apps
from django.core.cache import cache
from django.db import connection
from django.urls import reverse
from structlog.stdlib import ProcessorFormatter

from chatapp.errors import ProviderError
from chatapp.live import reading
from chatapp.llm.base import TextDelta, ToolCall
from chatapp.models import Llm, ModelCall
from chatapp.services.agent_secrets import set_secrets
from chatapp.services.app_clients import create_app_client
from chatapp.services.artifacts import read_artifact
from chatapp.services.llms import save_llm
from chatapp.services.users import create_api_key, create_sign_in_link
from tests.factories import make_artifact, make_user, send
from tests.security import world
from tests.security.doors import Who, doors

LLM_SECRET = "sk-canary-of-the-model-0001"
TOOL_SECRET = "canary-of-a-tool-0002"
SAID = "canaryspoken"
in_thread = sync_to_async(thread_sensitive=True)


@pytest.fixture
def secrets(alice, ada, session):
    """One of each kind; what must never be seen again."""
    save_llm(
        llm=Llm(name="theirs", provider="openai", base_url="https://x.example", secret=LLM_SECRET),
        actor=ada,
    )
    set_secrets(agent=session.agent, actor=ada, secrets={"token": TOOL_SECRET}, replace=True)
    return {
        "of the model": LLM_SECRET,
        "of a tool": TOOL_SECRET,
        "an API key": create_api_key(owner=alice, name="k")[1],
        "an app client's": create_app_client(owner=alice, name="c", granted_roles={})[1],
        "of a link": create_sign_in_link(username="alice"),
    }


def test_no_page_shows_a_secret(secrets, session, alice, rita, ada, on_this_thread, monkeypatch):
    monkeypatch.setattr(reading.database, "run", in_line)
    things = world.alices_things(session)
    clients = {Who.ADMIN: ada, Who.REVIEWER: rita, Who.TOKEN: ada}
    clients = {who: world.signed_in(user) for who, user in clients.items()}
    hers = world.signed_in(alice)
    _, key = create_api_key(owner=ada, name="theirs")
    for door in doors():
        if "GET" not in door.methods or door.name in ("login-link", "view_on_site"):
            continue
        cache.clear()
        client = clients.get(door.who, hers)
        headers = {"x-api-key": key} if door.who is Who.KEY else {}
        for path in addresses(door, things):
            page = world.body_of(client.get(path, headers=headers)).decode(errors="replace")
            assert [kind for kind, secret in secrets.items() if secret in page] == [], path


async def in_line(work, *args, **kwargs):
    return await in_thread(work)(*args, **kwargs)


def addresses(door, things):
    """Of the administration, the page of every row."""
    match = re.match(r"admin/chatapp/(\w+)/<path:object_id>/change", door.route)
    if not match:
        return [door.path(things)]
    rows = apps.get_model("chatapp", match[1]).objects.values_list("pk", flat=True)
    return [door.path({"object_id": pk}) for pk in rows]


def test_no_table_holds_a_secret(secrets):
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            rows = repr(cursor.fetchall())
            assert [kind for kind, secret in secrets.items() if secret in rows] == [], table


# Logs


@pytest.fixture
def logs():
    """All that any logger says, as the log has it."""
    root, level = logging.getLogger(), logging.getLogger().level
    formatters = [handler.formatter for handler in root.handlers]
    ours = next(one for one in formatters if isinstance(one, ProcessorFormatter))
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(ours)
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield handler.stream
    root.removeHandler(handler)
    root.setLevel(level)


ANSWERS = {
    "an answer": [[TextDelta(f"{SAID} answer")]],
    "a tool": [
        [ToolCall(id="c", name="grep", arguments=f'{{"pattern": "{SAID}"}}')],
        [TextDelta(f"{SAID} answer")],
    ],
    "a tool that is not there": [
        [ToolCall(id="c", name=SAID, arguments="{")],
        [TextDelta("Well.")],
    ],
    "a failure": [[TextDelta("So "), ProviderError("No.", reason="provider", detail="d")]],
    "a crash": [[TextDelta(SAID), ValueError(f"{SAID} in an exception")]],
    "nonsense": [
        [ToolCall(id="c", name="grep", arguments=f'{{"{SAID}": {{}}}}')],
        [TextDelta("x")],
    ],
}


@pytest.mark.parametrize("kind", ANSWERS)
async def test_the_log_says_what_happened_and_not_what_was_said(start_chat, llm, logs, kind):
    chat = await start_chat(
        tool_configurations={"grep": {"type": "artifact_grep", "argument_override": {}}}
    )
    llm.will_answer(*ANSWERS[kind])

    await chat.answered(f"{SAID} question")

    assert SAID not in logs.getvalue()
    if kind == "a crash":
        assert "turn.crashed" in logs.getvalue()
        assert "ValueError" in logs.getvalue()


def test_logs_hold_no_secret_of_a_request(client, logs, secrets, session, alice):
    client.raise_request_exception = False
    link = reverse("login-link", args=[secrets["of a link"]])
    for method in ("head", "put", "post", "post"):
        getattr(client, method)(link)
    client.put(f"/search?q={SAID}")
    client.post("/accounts/login/", {"login": "alice", "password": f"{SAID} password"})
    client.get("/v2/agents", headers={"x-api-key": secrets["an API key"] + "x"})
    client.get("/nothing", headers={"Authorization": f"Bearer {secrets['an API key']}"})
    hers = world.signed_in(alice)
    hers.post(reverse("session-send", args=[session.key]), {"content": f"{SAID} message"})
    hers.post(reverse("session-rename", args=[session.key]), {"name": f"{SAID} name"})
    url = reverse("artifact-upload", args=[session.key])
    hers.post(url, {"files": io.BytesIO(SAID.encode())})

    written = logs.getvalue()
    assert SAID not in written
    assert "/login/link/" in written
    assert [kind for kind, secret in secrets.items() if secret in written] == []


async def test_a_failure_of_ours_tells_its_number_and_nothing_else(client, alice, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError(f"{SAID} inside")

    monkeypatch.setattr("chatapp.web.search.render", broken)
    client = await in_thread(world.signed_in)(alice)
    page = await in_thread(client.get)("/search?q=x")

    assert page.status_code == 500
    assert SAID not in page.content.decode()
    assert page.headers["X-Request-Id"] in page.content.decode()


# What the model is shown


async def test_the_model_is_not_shown_a_secret_that_a_tool_uses(start_chat, llm):
    chat = await start_chat(
        secrets_of_agent={"token": TOOL_SECRET},
        tool_configurations={
            "make": {
                "type": "artifact_create",
                "argument_override": {"content": {"$ref": "agent.secrets.token"}},
            }
        },
    )
    llm.will_answer(
        [ToolCall(id="c", name="make", arguments='{"filename": "a.txt"}')],
        [TextDelta("Done.")],
    )

    await chat.answered("Make it")

    shown = repr(list(llm.requests))
    stored = repr([event.body async for event in chat.session.events.all()])
    calls = repr([call async for call in ModelCall.objects.values()])
    assert TOOL_SECRET not in shown
    assert TOOL_SECRET not in stored
    assert TOOL_SECRET not in calls
    assert "••••" in stored
    # The tool itself did get it.
    assert TOOL_SECRET in await in_thread(content_of)(chat.session)


def content_of(session):
    [file] = session.artifacts.all()
    return read_artifact(file).decode()


def test_a_stranger_sees_nothing_in_an_export(secrets, session, alice):
    send(session, "Hello")
    make_artifact(session, "a.txt", b"x")
    make_user("somebody")
    client = world.signed_in(alice)
    for kind in ("json", "markdown"):
        url = reverse("session-export", args=[session.key])
        page = client.get(url, {"format": kind}).content.decode()
        assert [name for name, secret in secrets.items() if secret in page] == []
