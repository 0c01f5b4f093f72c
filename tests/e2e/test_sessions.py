"""What people do with their sessions: rename, pin, delete and undo, details, all by keyboard."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.chat import LONG, REPORT, Chat
from tests.e2e.conftest import House


@pytest.fixture
def tab(house: House, visit) -> Chat:
    """A session that has been answered once."""
    tab = visit(house)
    tab.ask("I work at Acme.")
    return tab


def row(tab: Chat):
    return tab.page.locator(f"#row-{tab.key}")


def menu(tab: Chat, item: str) -> None:
    row(tab).hover()
    row(tab).get_by_role("button", name="Actions for").click()
    tab.page.locator(f"#menu-{tab.key}").get_by_text(item, exact=True).click()


def test_a_name_given_here_shows_in_every_tab(tab):
    other = tab.again()

    tab.page.get_by_role("button", name="Rename").first.click()
    tab.page.keyboard.type("Where I work")
    tab.page.keyboard.press("Enter")

    expect(other.page.locator("#session-title")).to_have_text("Where I work")
    expect(row(tab)).to_contain_text("Where I work")


def test_a_pinned_session_stands_first(tab):
    menu(tab, "Pin")
    expect(row(tab)).to_have_attribute("data-pinned", "")

    tab.page.reload()

    first = tab.page.locator("#session-list [data-session-key]").first
    expect(first).to_have_attribute("data-session-key", tab.key)


def test_a_deleted_session_comes_back_by_undo(tab):
    key = tab.key
    other = tab.again()
    menu(tab, "Delete")
    expect(row_of(tab, key)).to_have_count(0)
    expect(other.page.locator("#connection")).to_contain_text("deleted")

    tab.page.locator("#toasts").get_by_role("button", name="Undo").click()

    expect(row_of(tab, key)).to_have_count(1)
    tab.page.goto(f"/s/{key}")
    expect(tab.answers).to_have_count(1)


def row_of(tab: Chat, key: str):
    return tab.page.locator(f"#row-{key}")


def test_metadata_is_changed_in_the_details_drawer(house, visit):
    tab = visit(house, "/?agent=language-buddy")
    tab.page.locator("[name='metadata.language']").select_option("German")
    tab.ask("Hello")

    tab.page.locator(".session__agent").click()
    details = tab.page.locator("#details")
    language = details.locator("[name='metadata.language']")
    expect(language).to_have_value("German")
    language.select_option("French")
    details.get_by_role("button", name="Save").first.click()

    expect(details.get_by_role("status")).to_contain_text("Saved")
    expect(language).to_have_value("French")


def test_files_stand_in_the_panel_and_open(house, visit):
    tab = visit(house, "/?agent=support")
    tab.files.set_input_files(REPORT)
    tab.ask("What does the report say about the summary?")

    tab.page.locator(".session__files").click()
    panel = tab.page.locator("#panel")
    expect(panel.locator("[data-artifact]")).to_have_count(2)
    expect(tab.page.locator("#artifact-count")).to_have_text("2")
    panel.locator(".file__open").last.click()

    expect(panel).to_contain_text("report.pdf")


def test_everything_goes_by_keyboard(house, visit):
    tab = visit(house)
    keys = tab.page.keyboard
    keys.press("/")
    expect(tab.box).to_be_focused()
    keys.type("I work at Acme.")
    keys.press("Shift+Enter")
    keys.type("Remember it.")
    keys.press("Enter")
    expect(tab.answers).to_have_count(1)
    expect(tab.card("input_message").locator(".bubble")).to_have_text(
        re.compile(r"I work at Acme\.\s+Remember it\.")
    )
    keys.press("F2")
    keys.type("By keyboard")
    keys.press("Enter")
    expect(row(tab)).to_contain_text("By keyboard")
    keys.press("Control+k")
    expect(tab.page.locator("#search-dialog")).to_be_visible()
    keys.type("By keyb")
    expect(tab.page.locator("#search-results")).to_contain_text("By keyboard")
    keys.press("Escape")
    keys.press("?")
    expect(tab.page.locator("#shortcuts-dialog")).to_be_visible()
    keys.press("Escape")
    keys.press("Control+Alt+b")
    expect(tab.page.locator("#panel [data-tab=artifacts]")).to_be_focused()
    keys.press("Escape")
    expect(tab.page.locator("#panel")).to_be_hidden()
    expect(tab.page.locator(".session__files")).to_be_focused()


def test_a_message_that_is_too_long_stays_in_the_box_with_the_reason(tab):
    tab.box.fill("x" * 100_001)

    tab.box.press("Enter")

    expect(tab.page.locator("#toasts")).to_contain_text("At most 100000 characters")
    expect(tab.box).to_have_value(re.compile(r"^x{100001}$"))
    expect(tab.card("input_message")).to_have_count(1)


def test_a_name_that_is_refused_goes_back_and_says_why(tab, watched):
    watched.tolerate("400")
    title = tab.page.locator("#session-title")
    before = title.inner_text()

    tab.page.get_by_role("button", name="Rename").first.click()
    tab.page.keyboard.insert_text("x" * 300)
    tab.page.keyboard.press("Enter")

    expect(tab.page.locator("#toasts")).to_contain_text("too long")
    expect(title).to_have_text(before)


def test_enter_pressed_twice_sends_once(house, visit):
    tab = visit(house)
    tab.files.set_input_files(REPORT)
    tab.box.fill("What does the report say about the summary?")

    tab.page.evaluate("composer.requestSubmit(); composer.requestSubmit()")

    expect(tab.answers).to_have_count(1, timeout=LONG)
    tab.rests()
    expect(tab.card("input_message")).to_have_count(1)
    expect(tab.box).to_have_value("")


def test_a_draft_stays_with_its_session(house, visit):
    tab = visit(house)
    tab.ask("I work at Acme.")
    mine = tab.page.url
    tab.box.fill("And besides")
    tab.page.get_by_role("link", name="New session").click()
    expect(tab.page.locator(".start__title")).to_be_visible()
    tab.page.wait_for_function(
        "key => localStorage.getItem(key)", arg=f"draft:{mine.split('/s/')[1]}"
    )
    expect(tab.box).to_have_value("")

    tab.page.goto(mine)

    expect(tab.box).to_have_value("And besides")


def test_a_refused_file_is_named_with_its_reason(house, visit, watched, tmp_path):
    watched.tolerate("415")
    tab = visit(house)
    empty, program = tmp_path / "empty.txt", tmp_path / "setup.exe"
    empty.touch()
    program.write_bytes(b"MZ" + b"\0" * 200)

    tab.files.set_input_files(empty)
    expect(tab.chips).to_contain_text("empty")

    tab.ask("Hello")
    tab.files.set_input_files(program)
    expect(tab.chips.filter(has_text="setup.exe")).to_contain_text("Refused")
