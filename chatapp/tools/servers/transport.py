"""The HTTP client that the MCP SDK is given: it reaches what our gate allows, and reads no more
than is reasonable.
"""

from collections.abc import AsyncIterator

import httpx2

from chatapp.tools.web.addresses import Gate

MAX_BYTES = 20 * 2**20
CONNECT_SECONDS = 5.0


class TooMuch(httpx2.HTTPError):
    """The server sent more than anybody would want to read."""


class GatedTransport(httpx2.AsyncHTTPTransport):
    """Connects to the address that was checked, and speaks to it under the name that was asked."""

    def __init__(self, gate: Gate) -> None:
        super().__init__(trust_env=False, retries=0)
        self._gate = gate

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        url = self._gate.check_url(str(request.url))
        host = url.host or ""
        [address, *_] = await self._gate.addresses(host, url.port or 0)
        pinned = httpx2.Request(
            request.method,
            request.url.copy_with(host=address),
            headers=request.headers,
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": host},
        )
        response = await super().handle_async_request(pinned)
        if response.headers.get("content-encoding", "identity") != "identity":
            await response.aclose()
            raise TooMuch("The server packs its answers, though it was asked not to.")
        response.stream = _Capped(response.stream)
        return response


class _Capped(httpx2.AsyncByteStream):
    def __init__(self, stream: object) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in self._stream:  # type: ignore[attr-defined]
            size += len(chunk)
            if size > MAX_BYTES:
                raise TooMuch(f"The server sent more than {MAX_BYTES // 2**20} MB.")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()  # type: ignore[attr-defined]


def http_client(gate: Gate, headers: dict[str, str], *, seconds: float) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        transport=GatedTransport(gate),
        headers={**headers, "accept-encoding": "identity"},
        timeout=httpx2.Timeout(seconds, connect=CONNECT_SECONDS),
        follow_redirects=False,
        trust_env=False,
    )
