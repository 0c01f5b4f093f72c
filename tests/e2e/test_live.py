"""A running turn in the browser: streamed, stopped, queued behind, broken off, taken up again."""

import random
import re

from playwright.sync_api import WebSocketRoute, expect

from tests.e2e.chat import LONG, Chat
from tests.e2e.conftest import AWAY

SLOW = "!tokens=150 rate=20"
# Longer than any test: somebody has to stop it.
ENDLESS = "!tokens=6000 rate=20"


def test_an_answer_shows_while_it_is_written(modelled, visit):
    tab = visit(modelled)

    tab.say(SLOW)
    expect(tab.live.locator(".block")).not_to_have_count(0)
    early = len(tab.live.inner_text())
    expect(tab.page.locator(f"#row-{tab.key}")).to_be_visible()
    expect(tab.answers).to_have_count(1, timeout=LONG)

    assert 0 < early < len(tab.answers.inner_text())
    expect(tab.live).to_be_empty()


def test_a_killed_server_comes_back_and_the_turn_goes_on(modelled, visit, watched):
    watched.tolerate(*AWAY)
    tab = visit(modelled)
    tab.say(SLOW)
    expect(tab.live.locator(".block")).not_to_have_count(0)

    modelled.kill()
    expect(tab.page.locator("#connection")).to_be_visible()
    modelled.come_back()

    expect(tab.answers).to_have_count(1, timeout=LONG)
    tab.rests()
    expect(tab.page.locator("#connection")).to_be_hidden()
    shown = tab.told()
    tab.page.reload()
    assert tab.told() == shown
    assert tab.seqs() == [1, 2]


def test_a_turn_that_dies_again_and_again_is_given_up_and_retry_works(modelled, visit, watched):
    watched.tolerate(*AWAY)
    tab = visit(modelled)
    tab.say(SLOW)
    for _ in range(3):
        expect(tab.live.locator(".block")).not_to_have_count(0, timeout=LONG)
        modelled.kill()
        tab.page.evaluate("document.querySelector('#live').replaceChildren()")
        modelled.come_back()
    expect(tab.card("turn_failed")).to_contain_text("interrupted", timeout=LONG)

    tab.card("turn_failed").get_by_role("button", name="Retry").click()

    expect(tab.answers).to_have_count(1, timeout=LONG)
    tab.rests()


def test_stop_keeps_what_was_said(modelled, visit):
    tab = visit(modelled)
    tab.say(ENDLESS)
    expect(tab.live.locator(".block")).not_to_have_count(0)

    tab.page.get_by_role("button", name="Stop").click()

    expect(tab.card("session_interrupted")).to_have_count(1)
    tab.rests()
    expect(tab.answers).to_have_count(1)
    expect(tab.answers).to_contain_text(re.compile(r"\w"))
    expect(tab.answers.locator(".notice")).to_have_count(0)


def test_what_was_stopped_is_asked_again(modelled, visit):
    tab = visit(modelled)
    tab.say(SLOW)
    expect(tab.live.locator(".block")).not_to_have_count(0)
    tab.page.get_by_role("button", name="Stop").click()
    retry = tab.card("session_interrupted").get_by_role("button", name="Retry")

    retry.click()

    expect(tab.answers).to_have_count(2, timeout=LONG)
    tab.rests()
    expect(retry).to_be_hidden()


def test_a_message_sent_meanwhile_waits_and_can_be_changed_or_taken_back(modelled, visit):
    tab = visit(modelled)
    tab.say(ENDLESS)
    expect(tab.live.locator(".block")).not_to_have_count(0)
    other = tab.again()

    tab.say("second")
    tab.say("not this one")
    expect(tab.queue).to_have_count(2)
    expect(other.queue).to_have_count(2)
    tab.queue.first.get_by_role("button", name="Edit").click()
    tab.queue.first.get_by_role("button", name="Cancel").click()
    tab.queue.first.get_by_role("button", name="Edit").click()
    tab.queue.first.locator("textarea").fill("second, but better")
    tab.queue.first.get_by_role("button", name="Save").click()
    expect(other.queue.first).to_contain_text("second, but better")
    tab.queue.last.get_by_role("button", name="Remove").click()
    expect(other.queue).to_have_count(1)
    tab.page.get_by_role("button", name="Stop").click()

    for one in (tab, other):
        expect(one.answers).to_have_count(2, timeout=LONG)
        one.rests()
    expect(tab.card("input_message").last).to_contain_text("second, but better")
    expect(tab.page.get_by_text("not this one")).to_have_count(0)
    assert tab.told() == other.told()


# A first step that takes eight seconds, and a second one.
STEPS = (
    {"tokens": 160, "rate": 20, "tools": [{"name": "clock"}]},
    {"text": "In French, then."},
)


def test_alt_and_enter_send_into_the_running_answer(modelled, visit):
    modelled.model(*STEPS)
    tab = visit(modelled)
    tab.say("Hello")
    expect(tab.live.locator(".block")).not_to_have_count(0)

    tab.box.fill("In French, please")
    tab.box.press("Alt+Enter")

    expect(tab.queue).to_contain_text("Next step")
    expect(tab.answers.last).to_contain_text("In French, then.", timeout=LONG)
    tab.rests()
    expect(tab.queue).to_have_count(0)
    kinds = tab.cards.evaluate_all("all => all.map(a => a.dataset.type)")
    assert kinds[:2] == ["input_message", "agent_output"]
    assert kinds[-2:] == ["input_message", "agent_output"]
    shown = tab.told()
    tab.page.reload()
    assert tab.told() == shown


def test_on_a_phone_a_waiting_message_is_sent_now_by_its_button(modelled, visit):
    modelled.model(*STEPS)
    tab = visit(modelled, viewport={"width": 360, "height": 740}, has_touch=True)
    tab.box.fill("Hello")
    tab.page.locator("#send").click()
    expect(tab.live.locator(".block")).not_to_have_count(0)
    tab.box.fill("In French, please, and do not forget the accents")
    tab.page.locator("#send").click()

    tab.queue.get_by_role("button", name="Send now").tap()

    expect(tab.queue).to_contain_text("Next step")
    expect(tab.queue.get_by_role("button", name="Send now")).to_have_count(0)
    expect(tab.answers.last).to_contain_text("In French, then.", timeout=LONG)
    tab.rests()
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_sheet_of_shortcuts_names_it(modelled, visit):
    tab = visit(modelled)
    tab.page.locator("body").press("?")

    expect(tab.page.locator("[data-shortcuts]")).to_contain_text("Send now, into the answer")


def test_an_error_of_the_model_is_told_and_can_be_tried_again(modelled, visit):
    modelled.model({"status": 401})
    tab = visit(modelled)

    tab.say("Hello")
    expect(tab.card("turn_failed")).to_have_count(1)
    tab.rests()
    tab.card("turn_failed").get_by_role("button", name="Retry").click()

    expect(tab.answers).to_contain_text("You said: Hello")


def test_blocked_sockets_fall_back_to_asking_and_the_page_says_so(modelled, watched):
    watched.tolerate("WebSocket")
    context = watched.context(modelled)
    context.route_web_socket("**/ws/**", lambda socket: socket.close())
    page = context.new_page()
    page.goto("/")
    tab = Chat(page)

    tab.say("!tokens=200 rate=20")

    expect(page.locator("#connection")).to_contain_text("blocked", timeout=LONG)
    expect(tab.live.locator(".block")).not_to_have_count(0, timeout=LONG)
    expect(tab.answers).to_have_count(1, timeout=LONG)
    tab.rests()


def test_any_number_of_broken_lines_leaves_the_same_text(modelled, watched):
    """The soak: sockets die at random all through one answer."""
    context = watched.context(modelled)
    chance = random.Random(7)
    sockets: list[WebSocketRoute] = []

    def pass_on(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        left = chance.randint(2, 12)

        def count(message: str) -> None:
            nonlocal left
            left -= 1
            if left == 0 and len(sockets) < 30:
                socket.close(code=3000)
                server.close()
            elif left > 0 or len(sockets) >= 30:
                socket.send(message)

        server.on_message(count)
        sockets.append(socket)

    context.route_web_socket("**/ws/**", pass_on)
    page = context.new_page()
    page.goto("/")
    tab = Chat(page)
    tab.say("!tokens=400 rate=25")

    expect(tab.answers).to_have_count(1, timeout=LONG)
    tab.rests()
    shown = tab.told()
    assert len(sockets) > 5
    page.reload()
    assert tab.told() == shown
    assert tab.seqs() == [1, 2]
