"""Tool servers, spoken to by the SDK over HTTP."""

import pytest

from chatapp.errors import ToolError
from chatapp.tools.servers import ServerAddress, call_tool, discover


def address(server, **fields):
    return ServerAddress(server.uri(), "streamable-http", **fields)


async def called(server, name, **arguments):
    return await call_tool(address(server), lambda offer: True, name, arguments)


async def test_what_a_server_offers_is_found(server):
    offers = {offer.name: offer for offer in await discover(address(server))}

    assert set(offers) == {"add", "fail", "picture"}
    assert offers["add"].description == "Add two numbers."
    assert offers["add"].input_schema["required"] == ["a"]


async def test_a_tool_is_called(server):
    result = await called(server, "add", a=2, b=3)

    assert result.output["structured_content"] == {"sum": 5}
    assert not result.is_error


async def test_servers_of_the_older_kind_are_spoken_to_as_well(server, settings):
    await server.over_sse()
    settings.TOOL_SERVER_PRIVATE_HOSTS = [f"127.0.0.1:{server.port}"]
    older = ServerAddress(server.uri("/sse"), "sse")

    assert len(await discover(older)) == 3
    result = await call_tool(older, lambda offer: True, "add", {"a": 1})
    assert result.output["structured_content"] == {"sum": 2}


async def test_a_tool_that_fails_says_why(server):
    result = await called(server, "fail", why="No ink")

    assert result.is_error
    assert "No ink" in result.text


async def test_pictures_come_as_files(server):
    result = await called(server, "picture")

    [file] = result.files
    assert (file.mime_type, file.data[:4]) == ("image/png", b"\x89PNG")


async def test_headers_and_tokens_are_sent(server):
    await discover(
        address(server, headers={"X-Team": "a"}, auth={"type": "bearer", "token": "t0k"})
    )

    assert server.heard[0]["x-team"] == "a"
    assert server.heard[0]["authorization"] == "Bearer t0k"


async def test_a_private_server_that_nobody_named_is_not_reached(server, settings):
    settings.TOOL_SERVER_PRIVATE_HOSTS = []

    with pytest.raises(ToolError) as caught:
        await discover(address(server))

    assert caught.value.code == "blocked_address"
    assert server.heard == []


@pytest.mark.parametrize("uri", ["stdio:ls", "file:///bin/ls", "http://", "http://a b/"])
async def test_only_http_leads_to_a_server(uri):
    with pytest.raises(ToolError):
        await discover(ServerAddress(uri, "streamable-http"))


async def test_a_server_that_is_away_is_an_error(server, settings):
    settings.TOOL_SERVER_PRIVATE_HOSTS = ["127.0.0.1:1"]

    with pytest.raises(ToolError) as caught:
        await discover(ServerAddress("http://127.0.0.1:1/mcp", "streamable-http"))

    assert caught.value.code == "server_failed"


async def test_a_tool_that_is_not_as_it_was_is_not_called(server):
    with pytest.raises(ToolError) as caught:
        await call_tool(address(server), lambda offer: False, "add", {"a": 1})

    assert caught.value.code == "changed"
    assert server.calls == 0
