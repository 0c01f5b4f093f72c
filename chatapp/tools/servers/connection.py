"""Ask a tool server what it offers, and call it. One connection a question."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.conf import settings

from chatapp.errors import ToolError
from chatapp.models import ToolServer
from chatapp.services.tool_offers import Offer
from chatapp.tools.servers.results import Result, result_of
from chatapp.tools.web.addresses import BlockedAddress, Gate, blocked
from chatapp.tools.web.auth import auth_headers

if TYPE_CHECKING:
    from mcp import Client

MAX_TOOLS = 128
MAX_DESCRIPTION = 4 * 1024
SECONDS = 50.0


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """Where a server is, and how to sign in there."""

    uri: str
    transport: str
    headers: dict[str, str] = field(default_factory=dict)
    auth: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, server: ToolServer) -> "ServerAddress":
        return cls(server.uri, server.transport, dict(server.headers), dict(server.auth))


async def discover(address: ServerAddress) -> list[Offer]:
    """The tools a server offers now. Raises ToolError."""
    async with connected(address) as client:
        return await _offers(client)


async def call_tool(
    address: ServerAddress, offer_is_known: Callable[[Offer], bool], name: str, arguments: Any
) -> Result:
    """Call a tool, if the server still offers it as it was when it was looked at.

    Raises ToolError, with the code `changed` if it does not.
    """
    async with connected(address) as client:
        offer = next((one for one in await _offers(client) if one.name == name), None)
        if offer is None or not offer_is_known(offer):
            raise ToolError(
                "The server has changed this tool since it was approved.", code="changed"
            )
        return result_of(await client.call_tool(name, arguments, read_timeout_seconds=SECONDS))


@asynccontextmanager
async def connected(address: ServerAddress) -> AsyncIterator["Client"]:
    """A client of the server. Whatever goes wrong with it is a ToolError."""
    from mcp import Client

    gate = Gate(frozenset(settings.TOOL_SERVER_PRIVATE_HOSTS))
    gate.check_url(address.uri)
    headers = {**address.headers, **await auth_headers(address.auth, gate)}
    try:
        async with Client(
            _transport(address, gate, headers), read_timeout_seconds=SECONDS
        ) as client:
            yield client
    except BaseExceptionGroup as group:
        raise _failure(_first(group), address) from group
    except Exception as exc:
        raise _failure(exc, address) from exc


def _transport(
    address: ServerAddress, gate: Gate, headers: dict[str, str]
) -> AbstractAsyncContextManager[Any]:
    from mcp.client.sse import sse_client

    from chatapp.tools.servers.transport import http_client

    if address.transport == ToolServer.Transport.SSE:

        def factory(headers: Any = None, timeout: Any = None, auth: Any = None) -> Any:
            return http_client(gate, headers or {}, seconds=SECONDS)

        return sse_client(address.uri, headers, httpx_client_factory=factory)
    return _streamable(address.uri, gate, headers)


@asynccontextmanager
async def _streamable(uri: str, gate: Gate, headers: dict[str, str]) -> AsyncIterator[Any]:
    from mcp.client.streamable_http import streamable_http_client

    from chatapp.tools.servers.transport import http_client

    async with (
        http_client(gate, headers, seconds=SECONDS) as http,
        streamable_http_client(uri, http_client=http) as streams,
    ):
        yield streams


async def _offers(client: "Client") -> list[Offer]:
    """Page after page, up to a limit."""
    offers: list[Offer] = []
    cursor = None
    while len(offers) < MAX_TOOLS:
        page = await client.list_tools(cursor=cursor)
        offers += [_offer(tool) for tool in page.tools]
        cursor = page.next_cursor
        if not cursor or not page.tools:
            break
    return offers[:MAX_TOOLS]


def _offer(tool: Any) -> Offer:
    hints = tool.annotations.model_dump(exclude_none=True) if tool.annotations else {}
    names = ("read_only_hint", "destructive_hint", "idempotent_hint", "open_world_hint")
    return Offer(
        name=tool.name[:200],
        title=(tool.title or "")[:255],
        description=(tool.description or "")[:MAX_DESCRIPTION],
        input_schema=tool.input_schema if isinstance(tool.input_schema, dict) else {},
        output_schema=tool.output_schema or {},
        annotations={name: hints[name] for name in names if name in hints},
    )


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    inner = group.exceptions[0]
    return _first(inner) if isinstance(inner, BaseExceptionGroup) else inner


def _failure(exc: BaseException, address: ServerAddress) -> BaseException:
    """What to raise instead: cancelling stays what it is."""
    if isinstance(exc, ToolError) or not isinstance(exc, Exception):
        return exc
    if isinstance(exc, BlockedAddress):
        return blocked(str(exc))
    if isinstance(exc, TimeoutError):
        return ToolError("The tool server took too long to answer.", code="timeout")
    why = (str(exc) or type(exc).__name__)[:300]
    return ToolError(f"The tool server cannot be used: {why}", code="server_failed")
