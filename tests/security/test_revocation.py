"""Rights that end while somebody is watching (G20): sockets and streams end with them."""

import asyncio
import json

import pytest
from asgiref.sync import sync_to_async
from django.contrib.sessions.models import Session as LoginSession
from django.test import AsyncClient, Client

from chatapp.api import guarding
from chatapp.api.threads import threads
from chatapp.events.bodies import AgentOutput
from chatapp.llm.base import TextDelta
from chatapp.models import ApiKey, AuditEntry, Session, User
from chatapp.services.accounts import remove_user
from chatapp.services.agents import delete_agent
from chatapp.services.api_keys import delete_key, set_key_enabled
from chatapp.services.events import append_events
from chatapp.services.sessions import delete_session, purge_sessions
from chatapp.services.users import create_api_key, set_role
from tests.factories import make_user
from tests.live.conftest import cookie_of

in_thread = sync_to_async(thread_sensitive=True)


@pytest.fixture(autouse=True)
async def _close_api_threads(transactional_db):
    yield
    await threads.close()


def client_of(cookie):
    client = Client()
    client.cookies["sessionid"] = cookie
    return client


def deactivate(session, cookie):
    session.owner.is_active = False
    session.owner.save()


def sign_out(session, cookie):
    assert client_of(cookie).post("/accounts/logout/").status_code == 302


def change_password(session, cookie):
    session.owner.set_password("a new one, and long")
    session.owner.save()


def end_the_login(session, cookie):
    LoginSession.objects.filter(pk=cookie).delete()


def remove_the_person(session, cookie):
    remove_user(user=session.owner, actor=make_user("ada", role="admin"))


def put_the_session_away(session, cookie):
    delete_session(session=session)


def purge_the_session(session, cookie):
    purge_sessions(Session.objects.filter(pk=session.pk))


def delete_the_agent(session, cookie):
    delete_agent(agent=session.agent, actor=session.owner)


ENDINGS = [
    (deactivate, 4401),
    (sign_out, 4401),
    (change_password, 4401),
    (end_the_login, 4401),
    (remove_the_person, 4401),
    (put_the_session_away, 4404),
    (purge_the_session, 4404),
    (delete_the_agent, 4404),
]


@pytest.mark.parametrize(("end", "code"), ENDINGS, ids=[end.__name__ for end, _ in ENDINGS])
async def test_a_socket_ends_with_the_right_to_it(chat, tab, end, code):
    cookie = await in_thread(cookie_of)(chat.session.owner)
    watcher = await tab(cookie=cookie)

    await in_thread(end)(chat.session, cookie)

    assert await closed_within(watcher, seconds=5) in (code, 4404)


async def test_nothing_said_after_the_end_is_heard(chat, tab):
    watcher = await tab()
    await in_thread(append)(chat.session, "before")
    await watcher.read(lambda message: message.get("seq") == 1)

    await in_thread(deactivate)(chat.session, "")
    await in_thread(append)(chat.session, "too late")

    assert "too late" not in json.dumps(await until_closed(watcher))


async def test_a_reviewer_who_is_none_any_more_sees_no_more(chat, tab):
    rita = await in_thread(make_user)("rita", role="reviewer")
    watcher = await tab(cookie=await in_thread(cookie_of)(rita), staff=True)

    await in_thread(set_role)(user=rita, role="user")

    assert await closed_within(watcher, seconds=5) == 4404


async def test_other_logins_of_the_same_person_go_on(chat, tab):
    here, elsewhere = [await in_thread(cookie_of)(chat.session.owner) for _ in range(2)]
    gone, kept = await tab(cookie=here), await tab(cookie=elsewhere)

    await in_thread(sign_out)(chat.session, here)
    assert await closed_within(gone, seconds=5) == 4401

    await in_thread(append)(chat.session, "still here")
    await kept.read(lambda message: "still here" in message.get("html", ""))


@pytest.mark.parametrize("door", ["socket", "polling"])
async def test_a_reviewer_who_watches_leaves_a_note(chat, tab, door):
    rita = await in_thread(make_user)("rita", role="reviewer")
    cookie = await in_thread(cookie_of)(rita)
    if door == "socket":
        await tab(cookie=cookie, staff=True)
    else:
        url = f"/s/{chat.session.key}/events?staff=1"
        answer = await in_thread(lambda: client_of(cookie).get(url))()
        assert answer.status_code == 200

    notes = AuditEntry.objects.filter(actor=rita, object_key=chat.session.key)
    assert await notes.acount() == 1


def revoke(key):
    set_key_enabled(key=key, enabled=False, actor=key.owner)


def drop(key):
    delete_key(key=key, actor=key.owner)


def expire(key):
    ApiKey.objects.filter(pk=key.pk).update(expires_at="2020-01-01T00:00Z")


def put_out(key):
    User.objects.get(pk=key.owner_id)
    key.owner.is_active = False
    key.owner.save()


@pytest.mark.parametrize("end", [revoke, drop, expire, put_out])
async def test_a_stream_ends_with_its_key(chat, llm, monkeypatch, end):
    monkeypatch.setattr(guarding, "ASK_EVERY", 0.05)
    gate = asyncio.Event()
    llm.will_answer([TextDelta("before "), gate, TextDelta("after")])
    key, secret = await in_thread(create_api_key)(owner=chat.session.owner, name="k")
    body = {"type": "input_message", "messages": [{"type": "text", "content": "Hi"}]}

    answer = await AsyncClient().post(
        f"/v2/agents/{chat.session.agent.key}/sessions/{chat.session.key}/events",
        {**body, "stream_response": True},
        content_type="application/json",
        headers={"x-api-key": secret},
    )
    assert answer.status_code == 201
    heard = b""
    async for piece in answer.streaming_content:
        heard += piece
        if b"before" in heard and not gate.is_set():
            await in_thread(end)(key)
            await asyncio.sleep(0.5)
            gate.set()

    assert b"after" not in heard
    assert b"event:error" in heard


def append(session, text):
    append_events(session=session, bodies=[AgentOutput(content=text)])


async def closed_within(watcher, seconds):
    async with asyncio.timeout(seconds):
        return await watcher.closed()


async def until_closed(watcher):
    heard = []
    while True:
        output = await watcher.socket.receive_output(timeout=5)
        if output["type"] == "websocket.close":
            return heard
        heard += json.loads(output["text"])
