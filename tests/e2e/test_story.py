"""The main job, from an empty folder to an answered question about a dropped file."""

import pytest
from playwright.sync_api import expect

from tests.e2e.chat import LONG, REPORT, Chat
from tests.e2e.conftest import AWAY, House
from tests.installation import Installation

QUESTION = "What does the report say about the summary?"


@pytest.mark.parametrize("server", ["uvicorn", "daphne"])
def test_drop_a_report_ask_watch_reload_and_miss_nothing(server, tmp_path, watched):
    settings = {"CHATAPP_BUILTIN_DELAY_MS": "200"}
    with Installation(tmp_path, **settings) as installation:
        house = House(installation, "--server", server)
        page = watched.context(house, username="").new_page()
        page.goto(house.web.link_of("user"))
        page.get_by_role("button", name="Sign in").click()
        expect(page).to_have_url(f"{house.url}/")
        tab = Chat(page)

        tab.drop(REPORT)
        expect(tab.chips).to_contain_text("report.pdf")
        tab.say(QUESTION)
        expect(tab.card("artifact_upload")).to_contain_text("report.pdf")
        other = tab.again()
        expect(tab.card("tool_input").first).to_be_attached(timeout=LONG)
        expect(tab.live).not_to_be_empty(timeout=LONG)
        tab.page.reload()

        for one in (tab, other):
            expect(one.answers).to_have_count(1, timeout=LONG)
            one.rests()
        expect(tab.answers).to_contain_text("report.pdf")
        assert tab.told() == other.told()
        seqs = tab.seqs()
        assert seqs == sorted(set(seqs)) == list(range(1, seqs[-1] + 1))
        tab.page.reload()
        assert tab.told() == other.told()
        watched.tolerate(*AWAY)
        assert house.web.process.stop() == 0
