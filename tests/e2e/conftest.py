"""Debian's Chromium against a real `manage.py serve`.

Every page that a test opens is watched: an error on the console, a broken content policy or an
answer of 5xx fails the test, unless the test says that it causes it.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response

from tests.e2e.chat import Chat
from tests.installation import Installation, Person

LAUNCH = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]
PATIENCE = 30_000
# What a browser says while the server is away.
AWAY = (
    "ERR_CONNECTION_REFUSED",
    "ERR_CONNECTION_RESET",
    "ERR_EMPTY_RESPONSE",
    "WebSocket",
    "htmx:",
    "Failed to fetch",
    "undefined",  # what htmx rejects its promise with
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Last of all: while Playwright runs, no other event loop may."""
    here = Path(__file__).parent
    browser = [item for item in items if here in item.path.parents]
    for item in browser:
        item.add_marker("browser")
        item.add_marker("slow")
    items[:] = [item for item in items if item not in browser] + browser


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": "/usr/bin/chromium", "args": LAUNCH}


@pytest.fixture(scope="session")
def base_url() -> str:
    """Each context has its own."""
    return ""


class House:
    """An installation with one web process, which may die and come back."""

    def __init__(self, installation: Installation, *options: str) -> None:
        self.installation, self._options = installation, options
        self.web = installation.web(*options)
        self._people: dict[str, Person] = {}

    @property
    def url(self) -> str:
        return self.web.url

    def kill(self) -> None:
        self.web.process.kill()

    def come_back(self) -> None:
        self.web = self.installation.web(*self._options, port=self.web.port)

    def person(self, username: str) -> Person:
        if username not in self._people:
            self._people[username] = self.installation.sign_in(username, self.web)
        return self._people[username]

    def model(self, *replies: dict[str, Any]) -> None:
        """Have the fake model answer its next requests so."""
        url = self.installation.settings["CHATAPP_LLM_BASE_URL"].removesuffix("/v1")
        httpx2.post(f"{url}/control", json={"script": replies}).raise_for_status()


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """As it comes: the demo, the built-in model."""
    with Installation(tmp_path_factory.mktemp("house")) as installation:
        yield House(installation)


@pytest.fixture(scope="session")
def modelled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """With the fake OpenAI server, which takes its orders from what users write."""
    with Installation(tmp_path_factory.mktemp("modelled")) as installation:
        installation.fake_model()
        yield House(installation)


class Watched:
    """Contexts that are signed in, and everything that went wrong in their pages."""

    def __init__(self, browser: Browser, options: dict[str, Any]) -> None:
        self._browser, self._options = browser, options
        self._contexts: list[BrowserContext] = []
        self._tolerated: list[str] = []
        self.complaints: list[str] = []

    def tolerate(self, *words: str) -> None:
        self._tolerated += words

    def context(self, house: House, username: str = "uma", **options: Any) -> BrowserContext:
        context = self._browser.new_context(
            **{**self._options, "base_url": house.url, "reduced_motion": "reduce", **options}
        )
        context.set_default_timeout(PATIENCE)
        context.on("console", self._on_console)
        context.on("weberror", lambda error: self._complain(str(error.error)))
        context.on("response", self._on_response)
        self._contexts.append(context)
        if username:
            context.add_cookies(self._sign_in(house, username))
        return context

    def close(self) -> None:
        for context in self._contexts:
            context.close()

    def _sign_in(self, house: House, username: str) -> Any:
        name, _, value = house.person(username).cookie.partition("=")
        return [{"name": name, "value": value, "url": house.url}]

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._complain(f"{message.type}: {message.text} ({message.location.get('url')})")

    def _on_response(self, response: Response) -> None:
        if response.status >= 500:
            self._complain(f"{response.status} {response.url}")

    def _complain(self, words: str) -> None:
        if not any(tolerated in words for tolerated in self._tolerated):
            self.complaints.append(words)


@pytest.fixture
def watched(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Watched]:
    watched = Watched(browser, browser_context_args)
    yield watched
    watched.close()
    assert watched.complaints == []


@pytest.fixture
def visit(watched: Watched) -> Callable[..., Chat]:
    """`visit(house)` is a tab of Uma's; more keywords are options of the browser's context."""

    def visit(house: House, path: str = "/", **options: Any) -> Chat:
        page: Page = watched.context(house, **options).new_page()
        page.goto(path)
        return Chat(page)

    return visit
