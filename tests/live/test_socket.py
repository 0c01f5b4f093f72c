"""The session's socket: what a tab is told, when it comes late, and when it may not watch."""

import asyncio

import pytest
from asgiref.sync import sync_to_async

from chatapp.bus import bus, session_topic
from chatapp.events.frames import DeltaFrame
from chatapp.llm.base import TextDelta, ThinkingDelta
from chatapp.services.events import erase_event
from chatapp.services.sessions import delete_session
from chatapp.services.users import rights_changed
from tests.factories import make_user
from tests.live.conftest import Tab, cookie_of

pytestmark = pytest.mark.django_db(transaction=True)


def is_idle_after(seq):
    return lambda message: (
        message["t"] == "run" and message["state"] == "idle" and (message["after"] >= seq)
    )


def is_event(kind):
    return lambda message: message["t"] == "ev" and message["type"] == kind


async def test_a_tab_sees_the_whole_turn_in_order(chat, llm, tab):
    llm.will_answer([ThinkingDelta("Hm."), TextDelta("One **two** "), TextDelta("three.")])
    watcher = await tab()

    await chat.send("Hi")
    messages = await watcher.read(is_idle_after(3))

    assert watcher.seqs() == [1, 2, 3]
    kinds = [message["t"] for message in messages]
    assert kinds.index("th") < kinds.index("b")
    assert "<strong>two</strong>" in watcher.text() or "three." in messages[-2]["html"]


async def test_two_tabs_see_the_same(chat, llm, tab):
    llm.will_answer([TextDelta("Hello.")])
    first, second = await tab(), await tab()

    await chat.send("Hi")
    await first.read(is_idle_after(2))
    await second.read(is_idle_after(2))

    assert first.seqs() == second.seqs() == [1, 2]


async def test_a_tab_that_comes_back_gets_what_it_missed(chat, llm, tab):
    llm.will_answer(*[[TextDelta(f"Answer {n}.")] for n in range(3)])
    for _ in range(3):
        await chat.answered("Hi")

    watcher = await tab(after=2)
    await watcher.read(is_idle_after(6))

    assert watcher.seqs() == [3, 4, 5, 6]


async def test_a_cursor_that_is_past_the_end_keeps_nothing_from_anybody(chat, llm, tab):
    llm.will_answer([TextDelta("Here it is.")])
    first, astray = await tab(), await tab(after=10**12)
    await astray.read(lambda message: message["t"] == "state")
    await chat.send("Hi")

    for watcher in (first, astray):
        await watcher.read(is_idle_after(2))
        assert watcher.seqs() == [1, 2]


async def test_an_erased_event_leaves_a_place_that_nobody_stumbles_over(chat, llm, tab, ada):
    llm.will_answer([TextDelta("First.")], [TextDelta("Second.")])
    await chat.answered("One")
    open_before = await tab()
    await open_before.read(is_idle_after(2))
    last = await chat.session.events.aget(seq=2)
    await sync_to_async(erase_event)(session=chat.session, key=last.key, actor=ada)

    back = await tab(after=1)
    await back.read(lambda message: message["t"] == "state")
    assert [m["type"] for m in back.messages if m["t"] == "ev"] == ["erased"]
    await chat.answered("Two")

    for watcher in (open_before, back):
        await watcher.read(is_idle_after(4))
    assert open_before.seqs() == [1, 2, 3, 4]
    assert back.seqs() == [2, 3, 4]


async def test_a_tab_that_comes_in_the_middle_gets_the_text_so_far(chat, llm, tab):
    go_on = asyncio.Event()
    llm.will_answer([TextDelta("The first part. "), go_on, TextDelta("The second part.")])
    early = await tab()
    await chat.send("Hi")
    await early.read(lambda message: "first part" in message.get("html", ""))

    late = await tab()
    await late.read(lambda message: message["t"] == "b")
    assert "The first part." in late.text()

    go_on.set()
    await late.read(is_idle_after(2))
    assert late.seqs() == [1, 2]


async def test_a_lost_delta_is_made_good_from_the_text_so_far(chat, llm, tab):
    go_on = asyncio.Event()
    llm.will_answer([TextDelta("One "), go_on, TextDelta("two.")])
    watcher = await tab()
    turn = await chat.send("Hi")
    await watcher.read(lambda message: message["t"] == "b")

    # A delta whose forerunner never came: the bus is a rumour.
    frame = DeltaFrame(turn.pk, 1, 1, "agent_output", 400, "far ahead")
    bus.publish(session_topic(chat.session.pk), frame)
    go_on.set()
    await watcher.read(is_idle_after(2))

    assert "far ahead" not in watcher.text()


async def test_a_doubled_event_is_shown_once(chat, llm, tab):
    llm.will_answer([TextDelta("Hello.")])
    watcher = await tab()
    await chat.answered("Hi")
    event = await chat.session.events.afirst()
    bus.publish(session_topic(chat.session.pk), event.frame(chat.session.key))

    await watcher.read(is_idle_after(2))

    assert watcher.seqs() == [1, 2]


async def test_a_stranger_finds_nothing(chat, llm, tab):
    cookie = await sync_to_async(lambda: cookie_of(make_user("bob")))()
    stranger = Tab(cookie, chat.session.key)
    await stranger.open()

    assert await stranger.closed() == 4404


async def test_a_session_that_never_was_answers_the_same(chat, tab):
    cookie = await sync_to_async(cookie_of)(chat.session.owner)
    nobody = Tab(cookie, "ase_nothing")
    await nobody.open()

    assert await nobody.closed() == 4404


async def test_without_a_login_there_is_nothing_to_watch(chat, tab):
    anonymous = Tab("", chat.session.key)
    await anonymous.open()

    assert await anonymous.closed() == 4401


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://testserver.evil.example", ""]
)
async def test_another_sites_page_cannot_open_a_socket(chat, origin):
    cookie = await sync_to_async(cookie_of)(chat.session.owner)

    assert not await Tab(cookie, chat.session.key, origin=origin).open()


async def test_a_deleted_session_is_told_to_its_tabs(chat, tab):
    watcher = await tab()

    await sync_to_async(delete_session)(session=chat.session)

    def is_told(message):
        return message.get("what") == "deleted" or message.get("deleted")

    await watcher.read(is_told)


async def test_a_user_who_is_put_out_loses_the_socket_at_once(chat, tab):
    watcher = await tab()
    user = chat.session.owner

    user.is_active = False
    await user.asave()
    await sync_to_async(rights_changed)(user=user)

    assert await watcher.closed() == 4401


async def test_a_reviewer_watches_as_staff_and_a_user_does_not(chat, tab):
    rita = await sync_to_async(lambda: cookie_of(make_user("rita", role="reviewer")))()
    await tab(cookie=rita, staff=True)

    cookie = await sync_to_async(cookie_of)(chat.session.owner)
    owner = Tab(cookie, chat.session.key, staff=True)
    await owner.open()
    assert await owner.closed() == 4404


async def test_what_a_browser_sends_changes_nothing(chat, tab):
    watcher = await tab()

    await watcher.socket.send_to(text_data='{"type": "input_message", "content": "Hi"}')
    await watcher.socket.send_to(bytes_data=b"\x00\x01")

    assert await chat.types() == []
