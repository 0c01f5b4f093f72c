"""How pages look and what they let in: themes, narrow screens, no script, accessibility, XSS."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.chat import REPORT, Chat
from tests.e2e.conftest import House
from tests.processes import wait_until

SIZES = ((1280, 800), (390, 844), (320, 640))


@pytest.fixture(scope="module")
def key(house: House) -> str:
    """A session with a file, work and an answer in it."""
    uma = house.person("uma")
    key = uma.start()
    uma.upload(key, REPORT)
    uma.send(key, "What does the report say about the summary?")
    wait_until(
        lambda: any(news.get("type") == "agent_output" for news in uma.news(key)), 60, "an answer"
    )
    return key


def pages(key: str) -> dict[str, tuple[str, str]]:
    """Names of pages, who looks at them, and where they are."""
    return {
        "new": ("uma", "/"),
        "chat": ("uma", f"/s/{key}"),
        "panel": ("uma", f"/s/{key}/a"),
        "details": ("uma", f"/s/{key}/details"),
        "settings": ("uma", "/settings"),
        "login": ("", "/accounts/login/"),
        "missing": ("uma", "/s/ase_nothing_here"),
        "review": ("rita", "/review/"),
        "reading": ("rita", f"/review/{key}"),
        "admin": ("ada", "/admin/"),
    }


NAMES = list(pages(""))


@pytest.fixture(params=NAMES)
def look(request, house, key, watched):
    """`look(**options)` opens one of the pages in a context with these options."""
    if request.param == "missing":
        watched.tolerate("404")
    username, path = pages(key)[request.param]

    def look(**options) -> Page:
        page = watched.context(house, username=username, **options).new_page()
        page.goto(path)
        return page

    return look


def test_no_page_breaks_a_rule_of_accessibility(look):
    for theme in ("light", "dark"):
        found = Axe().run(look(color_scheme=theme)).response["violations"]
        assert [(rule["id"], [node["target"] for node in rule["nodes"]]) for rule in found] == []


def test_no_page_scrolls_sideways(look):
    for width, height in SIZES:
        page = look(viewport={"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_opened_work_stays_in_its_column(house, key, watched):
    page = watched.context(house).new_page()
    page.goto(f"/s/{key}")
    page.locator("#transcript details").evaluate_all("all => all.map(each => (each.open = true))")

    column = page.locator("#transcript").bounding_box()
    boxes = page.locator("#transcript .box").evaluate_all(
        "all => all.map(box => box.getBoundingClientRect().right)"
    )

    assert boxes
    assert max(boxes) <= column["x"] + column["width"] + 1


def test_a_session_reads_and_answers_without_script(house, key, watched):
    page = watched.context(house, java_script_enabled=False).new_page()
    page.goto(f"/s/{key}")
    tab = Chat(page)
    expect(tab.answers).to_contain_text("report.pdf")
    before = tab.cards.count()

    tab.box.fill("And what about the figures?")
    tab.page.get_by_role("button", name="Send", exact=True).click()

    expect(page).to_have_url(re.compile(rf"/s/{key}$"))
    expect(tab.card("input_message").last).to_contain_text("And what about the figures?")
    for _ in range(30):
        if tab.answers.count() > 1:
            break
        page.wait_for_timeout(300)
        page.reload()
    assert tab.cards.count() > before + 1


ATTACKS = [
    "<script>hit()</script>",
    "<img src=x onerror=hit()>",
    "<svg onload=hit()>",
    "<iframe srcdoc='<script>parent.hit()</script>'></iframe>",
    "<details open ontoggle=hit()>x</details>",
    "<a href='javascript:hit()'>a</a>",
    "[click](javascript:hit())",
    "[click](JaVaScRiPt:hit())",
    "[click](data:text/html,<script>hit()</script>)",
    "![x](javascript:hit())",
    "![x](https://evil.example/leak.png)",
    "[a](https://evil.example)",
    "<style>@import 'https://evil.example/a.css';</style>",
    "<div hx-get='/settings' hx-trigger='load'>x</div>",
    "<div data-hx-post='/s/x/delete' data-hx-trigger='load'>x</div>",
    "<form action='https://evil.example'><input name=q autofocus onfocus=hit()></form>",
    "<base href='https://evil.example/'>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<math><mtext><table><mglyph><style><img src=x onerror=hit()>",
    "```html\n<img src=x onerror=hit()>\n```",
    "$$\\href{javascript:hit()}{x}$$",
    "| a |\n|---|\n| <img src=x onerror=hit()> |",
    "<noscript><p title='</noscript><img src=x onerror=hit()>'>",
    '"><img src=x onerror=hit()>',
    "{{constructor.constructor('hit()')()}} {% debug %}",
    "<img src=x onerror=hit()//",
    "&#60;img src=x onerror=hit()&#62;",
    "<template shadowrootmode=open><img src=x onerror=hit()></template>",
]


def test_nothing_that_is_said_runs(modelled, watched, tmp_path):
    """As an answer, live and stored, as a message, as a file's name and as the session's."""
    context = watched.context(modelled, viewport={"width": 1280, "height": 800})
    hits: list[str] = []
    context.expose_function("hit", lambda: hits.append("hit"))
    context.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((modelled.url, "data:", "blob:"))
            else hits.append(request.url)
        ),
    )
    page = context.new_page()
    page.on("dialog", lambda dialog: (hits.append("dialog"), dialog.dismiss()))
    page.goto("/")
    tab = Chat(page)
    everything = "\n\n".join(ATTACKS)
    modelled.model({"text": everything, "thinking": everything, "rate": 200})
    name = tmp_path / "<img src=x onerror=hit()>.txt"
    name.write_text(everything)
    tab.files.set_input_files(name)

    tab.say(everything)
    expect(tab.answers).to_have_count(1)
    tab.rests()
    page.reload()
    show_everything(page)
    modelled.person("uma").post(f"/s/{tab.key}/rename", {"name": ATTACKS[1]})
    page.reload()
    page.locator(".session__files").click()
    page.locator(".file__open").first.click()
    expect(page.locator("#panel")).to_contain_text("onerror")
    reader = watched.context(modelled, username="rita")
    reader.expose_function("hit", lambda: hits.append("hit"))
    reading = reader.new_page()
    reading.goto(f"/review/{tab.key}")
    show_everything(reading)

    assert hits == []
    assert page.locator("#transcript [hx-get='/settings']").count() == 0


def show_everything(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    page.wait_for_timeout(300)
