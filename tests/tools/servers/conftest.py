"""An MCP server on loopback, by the SDK itself, whose tools a test may change."""

import asyncio
import base64
import contextlib

import pytest
import uvicorn
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ImageContent

PIXEL = base64.b64encode(b"\x89PNG\r\n\x1a\n and so on").decode()


class Server:
    def __init__(self) -> None:
        self.mcp = MCPServer("Tests")
        self.heard: list[dict[str, str]] = []
        self.calls = 0

    def offer(self, function, **kwargs):
        self.mcp.add_tool(function, **kwargs)

    def uri(self, path="/mcp"):
        return f"http://127.0.0.1:{self.port}{path}"

    async def __aenter__(self):
        await self._listen(self._hearing(self.mcp.streamable_http_app()))
        return self

    async def __aexit__(self, *exc):
        self._server.should_exit = True
        await self._task

    async def over_sse(self):
        await self.__aexit__()
        await self._listen(self._hearing(self.mcp.sse_app()))

    def _hearing(self, app):
        async def heard(scope, receive, send):
            if scope["type"] == "http":
                headers = {k.decode(): v.decode() for k, v in scope["headers"]}
                self.heard.append(headers)
            await app(scope, receive, send)

        return heard

    async def _listen(self, app):
        config = uvicorn.Config(
            app, port=0, log_level="error", timeout_graceful_shutdown=1, ws="none"
        )
        self._server = uvicorn.Server(config)
        # It would take the signals of the tests' process for itself.
        self._server.capture_signals = contextlib.nullcontext
        self._task = asyncio.create_task(self._server.serve())
        while not self._server.started:  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(0.01)
        self.port = self._server.servers[0].sockets[0].getsockname()[1]


@pytest.fixture
async def server(settings):
    server = Server()

    def add(a: int, b: int = 1) -> dict[str, int]:
        """Add two numbers."""
        server.calls += 1
        return {"sum": a + b}

    def fail(why: str) -> str:
        """Fail."""
        raise ToolError(why)

    def picture() -> ImageContent:
        """A picture."""
        return ImageContent(type="image", data=PIXEL, mime_type="image/png")

    for function in (add, fail, picture):
        server.offer(function)
    async with server:
        settings.TOOL_SERVER_PRIVATE_HOSTS = [f"127.0.0.1:{server.port}"]
        yield server
