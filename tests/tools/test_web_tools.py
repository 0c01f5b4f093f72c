"""web_get and web_search as a model calls them, against a web of our own."""

import json
from urllib.parse import unquote_plus

import pytest
from asgiref.sync import sync_to_async

from chatapp.lib.database_threads import DatabaseThreads
from chatapp.llm.base import ToolCall
from chatapp.tools.base import Tool, ToolContext
from chatapp.tools.offloading import Offloading
from chatapp.tools.toolbox import ConfiguredTool, Toolbox
from tests.tools.web.conftest import web  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = b"<html><head><title>Tea</title></head><body><h1>Green</h1><p>Steep it.</p></body></html>"
RESULTS = {
    "results": [
        {"title": "Tea", "url": "https://tea.example/a", "content": "About tea."},
        {"title": "Ads", "url": "https://ads.example/b", "content": "Buy."},
        {"url": 7},
        "nonsense",
    ]
}


@pytest.fixture
async def get(web, session, settings):  # noqa: F811 - a fixture
    """`await get(url=…)` calls web_get; hosts of our own web may be reached."""
    settings.WEB_PRIVATE_HOSTS = [f"127.0.0.1:{web.port}"]
    database = DatabaseThreads("tests", 1)

    async def call(locked=None, **arguments):
        return await outcome("web_get", session, database, locked or {}, arguments)

    yield call
    await database.close()


async def outcome(name, session, database, locked, arguments):
    tool = Tool.registry[name]({"type": name, "argument_override": locked})
    configured = ConfiguredTool(
        "web", tool, "", tool.configuration, locked, dict.fromkeys(locked, "•")
    )
    context = ToolContext(session, 1, "", "", database=database)
    box = Toolbox([configured], context, offloading=Offloading(10**6), secrets=("s3cret-value",))
    body = box.input_of(ToolCall("c1", "web", json.dumps(arguments)))
    return (await box.call(body))[-1].tool_output


async def test_a_page_comes_as_markdown(web, get):  # noqa: F811 - a fixture
    web.page("/", PAGE, content_type="text/html; charset=utf-8")

    output = await get(url=web.url())

    assert output["status_code"] == 200
    assert output["content"].startswith("# Tea\n\n# Green")
    assert "Steep it." in output["content"]


async def test_a_file_becomes_an_artifact(web, get, session):  # noqa: F811 - a fixture
    web.page("/doc/report.pdf?x=1", b"%PDF-1.7 ...", content_type="application/pdf")

    output = await get(url=web.url("/doc/report.pdf?x=1"))

    artifact = await sync_to_async(session.artifacts.get)()
    assert output["artifact_id"] == artifact.key
    assert (artifact.filename, artifact.mime_type) == ("report.pdf", "application/pdf")


async def test_limits_beyond_ours_are_ours(web, get):  # noqa: F811 - a fixture
    web.page("/", PAGE, content_type="text/html")

    output = await get({"timeout_seconds": 600, "max_content_bytes": 10**12}, url=web.url())

    assert output["status_code"] == 200


async def test_only_some_lines_are_asked_for(web, get):  # noqa: F811 - a fixture
    web.page("/", b"1\n2\n3\n4\n5")

    assert (await get(url=web.url(), head_lines=2))["content"] == "1\n2"
    assert (await get(url=web.url(), tail_lines=1))["content"] == "5"
    assert (await get(url=web.url(), head_lines=1, tail_lines=1))["content"] == "1\n…\n5"


async def test_a_secret_goes_out_and_never_comes_back(web, get):  # noqa: F811 - a fixture
    web.page("/", b"You sent s3cret-value.")
    locked = {"auth": {"type": "bearer", "token": "s3cret-value"}}

    output = await get(locked, url=web.url())

    assert "Bearer s3cret-value" in web.heard[0]
    assert output["content"] == "You sent ••••."


@pytest.mark.parametrize("arguments", [{"auth": {"type": "bearer"}}, {"ssl_verify": False}])
async def test_what_is_the_operator_s_to_say_is_no_argument(web, get, arguments):  # noqa: F811
    assert (await get(url=web.url(), **arguments))["code"] == "invalid_arguments"
    assert web.heard == []


@pytest.fixture
async def search(web, session, settings):  # noqa: F811 - a fixture
    settings.WEB_SEARCH_BASE_URL = f"http://127.0.0.1:{web.port}"
    settings.WEB_SEARCH_API_KEY = "k3y"
    database = DatabaseThreads("tests", 1)

    async def call(provider, **arguments):
        settings.WEB_SEARCH_PROVIDER = provider
        return await outcome("web_search", session, database, {}, arguments)

    yield call
    await database.close()


async def test_tavily_is_asked(web, search):  # noqa: F811 - a fixture
    web.page("/search", json.dumps(RESULTS).encode())

    output = await search("tavily", query="tea", limit=1)

    assert output["results"] == [RESULTS["results"][0]]
    assert "Bearer k3y" in web.heard[0]


async def test_searxng_is_asked_and_domains_are_kept_to(web, search):  # noqa: F811 - a fixture
    path = "/search?format=json&q=tea+(site:tea.example)"
    web.page(path, json.dumps(RESULTS).encode())

    output = await search("searxng", query="tea", include_domains=["tea.example"])

    assert "site:tea.example" in unquote_plus(web.heard[0])
    assert [one["url"] for one in output["results"]] == ["https://tea.example/a"]


@pytest.mark.parametrize("body", [b"[]", b"{", b'{"results": 7}'])
async def test_a_search_service_may_say_anything(web, search, body):  # noqa: F811 - a fixture
    web.page("/search", body)

    output = await search("tavily", query="tea")

    assert output.get("results") == [] or output["code"] == "search_failed"
