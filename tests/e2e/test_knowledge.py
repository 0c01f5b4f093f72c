"""Knowledge in the browser: a file is added to it, found in an answer, and its passage opened."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.chat import LONG, REPORT

NOTES = "# Notes on bees\n\nThey live in hives.\n\nA queen bee lays 2,000 eggs a day.\n"


@pytest.fixture
def notes(tmp_path):
    path = tmp_path / "bees.md"
    path.write_text(NOTES)
    return path


@pytest.fixture
def admin(house, visit):
    """A tab of Ada's, who may change any corpus."""
    return lambda path="/?agent=support", **options: visit(house, path, username="ada", **options)


def open_file(tab):
    tab.page.locator(".session__files").click()
    panel = tab.page.locator("#panel")
    panel.locator(".file__open").last.click()
    return panel


def test_a_file_is_added_to_knowledge_and_the_page_says_so(admin, notes):
    tab = admin()
    tab.files.set_input_files(notes)
    tab.ask("How many eggs does a queen bee lay?")
    panel = open_file(tab)

    panel.get_by_role("button", name="Add to knowledge").click()
    tab.page.get_by_role("button", name="Add", exact=True).click()

    expect(panel.locator(".preview__added")).to_contain_text("Added to", timeout=LONG)
    tab.page.goto("/admin/chatapp/document/")
    expect(tab.page.locator("#result_list")).to_contain_text(re.compile("bees", re.IGNORECASE))


def test_a_file_without_text_is_refused_in_words(admin, tmp_path, watched):
    watched.tolerate("400", "422", "htmx:")
    empty = tmp_path / "nothing.md"
    empty.write_text(" \n")
    tab = admin()
    tab.files.set_input_files(empty)
    tab.ask("Hello")
    panel = open_file(tab)

    panel.get_by_role("button", name="Add to knowledge").click()
    tab.page.get_by_role("button", name="Add", exact=True).click()

    expect(tab.page.get_by_role("alert").or_(tab.page.locator(".toast")).first).to_be_visible()
    expect(panel.locator(".preview__added")).to_have_count(0)


def test_who_may_change_no_corpus_is_not_offered_it(house, visit, notes):
    tab = visit(house, "/?agent=support")
    tab.files.set_input_files(notes)
    tab.ask("How many eggs does a queen bee lay?")

    expect(open_file(tab).get_by_role("button", name="Add to knowledge")).to_have_count(0)


def test_a_source_of_the_files_opens_its_passage_and_the_page_it_is_on(house, visit):
    tab = visit(house, "/?agent=support")
    tab.files.set_input_files(REPORT)
    answer = tab.ask("What does the report say about the summary?")

    answer.locator(".sources summary").click()
    answer.locator(".source__title a").first.click()

    panel = tab.page.locator("#panel")
    expect(panel.locator("mark")).to_be_visible()
    panel.get_by_role("link", name=re.compile("Open the file")).click()
    expect(panel.locator(".preview__title")).to_contain_text("report")


def test_an_open_panel_comes_along_into_the_next_session(house, visit, notes):
    tab = visit(house, "/?agent=support")
    tab.files.set_input_files(notes)
    tab.ask("How many eggs does a queen bee lay?")
    open_file(tab)

    tab.page.goto("/?agent=support")
    tab.ask("What is 6 * 7?")

    expect(tab.answers).to_contain_text("42")
    expect(tab.page.locator("#panel")).to_be_visible()


def test_a_source_of_a_corpus_opens_its_passage(house, visit):
    tab = visit(house, "/?agent=knowledge")
    answer = tab.ask("How do I drop files?")

    answer.locator(".sources summary").click()
    answer.locator(".source__title a").first.click()

    panel = tab.page.locator("#panel")
    expect(panel.locator(".preview__facts").first).to_contain_text("chatapp-guide")
    expect(panel.locator("mark")).to_contain_text(re.compile(r"\w{3}"))


def test_files_are_added_in_the_administration_and_found_by_a_query(admin, notes):
    tab = admin("/admin/chatapp/corpus/")
    page = tab.page
    page.get_by_role("link", name="chatapp guide").first.click()
    page.get_by_role("link", name="Add files").click()
    page.locator("input[type=file]").set_input_files(notes)
    page.locator("textarea[name=metadata]").fill('{"access_level": "public"}')
    page.get_by_role("button", name=re.compile("Add|Upload|Index")).first.click()

    expect(page.locator("body")).to_contain_text("being indexed")
    for _ in range(60):
        if page.get_by_text(re.compile("completed", re.IGNORECASE)).count():
            break
        page.wait_for_timeout(500)
        page.reload()
    page.get_by_role("link", name="Try a query").click()
    page.locator("[name=query]").fill("eggs of a queen bee")
    page.locator("[name=metadata_filter]").fill("doc.access_level = 'public'")
    page.locator("[name=query]").press("Enter")

    expect(page.locator("body")).to_contain_text("2,000 eggs")
