"""One conversation, two doors: what a program does shows in the page, and the other way round."""

import httpx2
import pytest
from playwright.sync_api import expect

from tests.e2e.chat import LONG


@pytest.fixture(scope="module")
def program(house):
    """The REST API, as Uma's own program uses it."""
    key = house.installation.manage("createapikey", "uma")
    with httpx2.Client(
        base_url=f"{house.url}/v2/agents/support", headers={"x-api-key": key}, timeout=60
    ) as program:
        yield program


def post(program, path, **body):
    answer = program.post(f"/sessions{path}", **body)
    answer.raise_for_status()
    return answer.json()


def message(text):
    return {"json": {"type": "input_message", "messages": [{"type": "text", "content": text}]}}


def test_a_session_that_a_program_begins_comes_into_the_open_sidebar(house, visit, program):
    here = post(program, "", json={"name": "Where one reads"})
    tab = visit(house, f"/s/{here['key']}")
    expect(tab.page.locator("#connection")).to_be_hidden()

    made = post(program, "", json={"name": "Begun by a program"})

    row = tab.page.locator(f"#row-{made['key']}")
    expect(row).to_contain_text("Begun by a program")


def test_what_a_program_says_and_sends_shows_in_the_open_page(house, visit, program):
    made = post(program, "", json={"name": "Open here"})
    tab = visit(house, f"/s/{made['key']}")

    post(program, f"/{made['key']}/events", **message("What is 6 * 7?"))
    expect(tab.card("input_message")).to_contain_text("What is 6 * 7?")
    expect(tab.answers).to_contain_text("42", timeout=LONG)

    files = {"files": ("bees.md", b"# Bees\n\nBees make honey.", "text/markdown")}
    post(program, f"/{made['key']}/events", files=files)
    expect(tab.card("artifact_upload")).to_contain_text("bees.md")
    expect(tab.page.locator("#artifact-count")).to_have_text("1")


def test_what_is_typed_in_the_page_is_in_the_programs_list(house, visit, program):
    made = post(program, "", json={"name": "Typed here"})
    tab = visit(house, f"/s/{made['key']}")

    tab.ask("What is 5 * 5?")

    events = program.get(f"/sessions/{made['key']}/events").json()["events"]
    assert [event["type"] for event in events] == ["input_message", "agent_output"]
    assert events[0]["messages"] == [{"type": "text", "content": "What is 5 * 5?"}]
    assert "25" in events[1]["content"]
