"""Fetch from the web: every hop checked, nothing unbounded, no cookies, no proxies, no keeping."""

import asyncio
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import aiohttp
from yarl import URL

from chatapp.errors import ToolError
from chatapp.tools.web.addresses import BlockedAddress, Gate, GatedResolver, blocked

MAX_REDIRECTS = 3
MAX_BYTES = 5 * 2**20
CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 20.0
_REDIRECTS = (301, 302, 303, 307, 308)
_CHUNK = 64 * 1024
# What may go along to another host; everything else could be a secret.
_HARMLESS = frozenset(("accept", "accept-language", "user-agent"))
_FORBIDDEN = frozenset(
    ("host", "content-length", "transfer-encoding", "connection", "upgrade", "expect", "te")
)
USER_AGENT = "chatapp"


@dataclass(frozen=True, slots=True)
class Ask:
    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    follow_redirects: bool = True
    verify_tls: bool = True
    seconds: float = TOTAL_SECONDS
    max_bytes: int = MAX_BYTES


@dataclass(frozen=True, slots=True)
class Answer:
    """`url` is where it came from in the end. `truncated` says that there was more."""

    url: str
    status: int
    headers: Mapping[str, str]
    content_type: str
    charset: str
    data: bytes
    truncated: bool

    @property
    def text(self) -> str:
        try:
            return self.data.decode(self.charset or "utf-8", "replace")
        except LookupError:
            return self.data.decode("utf-8", "replace")


async def fetch(ask: Ask, gate: Gate | None = None) -> Answer:
    """Raises ToolError."""
    gate = gate or Gate()
    url = gate.check_url(ask.url)
    _check_headers(ask.headers)
    connector = aiohttp.TCPConnector(
        resolver=GatedResolver(gate), use_dns_cache=False, force_close=True, ssl=ask.verify_tls
    )
    try:
        async with (
            asyncio.timeout(ask.seconds),
            aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                trust_env=False,
            ) as session,
        ):
            return await _follow(session, ask, url, gate)
    except TimeoutError as exc:
        raise ToolError(f"{url.host} took too long to answer.", code="timeout") from exc
    except BlockedAddress as exc:
        raise blocked(str(exc)) from exc
    except (aiohttp.ClientError, OSError, ValueError, zlib.error) as exc:
        if isinstance(exc.__cause__, BlockedAddress):
            raise blocked(url.host or "") from exc
        raise ToolError(f"{url.host} cannot be fetched: {_why(exc)}", code="fetch_failed") from exc


async def _follow(session: aiohttp.ClientSession, ask: Ask, url: URL, gate: Gate) -> Answer:
    for _ in range(MAX_REDIRECTS + 1):
        async with session.request(
            ask.method,
            url,
            headers={"user-agent": USER_AGENT, **ask.headers, "accept-encoding": "identity"},
            data=ask.body,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(total=ask.seconds, connect=CONNECT_SECONDS),
        ) as response:
            target = response.headers.get("location")
            if not (ask.follow_redirects and response.status in _REDIRECTS and target):
                return await _read(response, ask)
            status = response.status
        next_url = gate.check_url(str(_joined(url, target)))
        ask, url = _redirected(ask, status, url, next_url), next_url
    raise ToolError(f"There were more than {MAX_REDIRECTS} redirects.", code="redirects")


def _joined(url: URL, target: str) -> URL:
    try:
        return url.join(URL(target)).with_fragment(None)
    except (ValueError, TypeError) as exc:
        raise ToolError("The redirect leads to no web address.", code="blocked_address") from exc


def _redirected(ask: Ask, status: int, old: URL, new: URL) -> Ask:
    """The same question elsewhere: another origin gets no secrets and no body."""
    if status == 303 or (status in (301, 302) and ask.method == "POST"):
        ask = replace(ask, method="HEAD" if ask.method == "HEAD" else "GET", body=None)
    if old.origin() == new.origin():
        return ask
    harmless = {name: text for name, text in ask.headers.items() if name.lower() in _HARMLESS}
    return replace(ask, headers=harmless, body=None)


async def _read(response: aiohttp.ClientResponse, ask: Ask) -> Answer:
    data, truncated = await _body(response, ask.max_bytes)
    return Answer(
        url=str(response.url),
        status=response.status,
        headers={name.lower(): value for name, value in response.headers.items()},
        content_type=response.content_type,
        charset=response.charset or "",
        data=data,
        truncated=truncated,
    )


async def _body(response: aiohttp.ClientResponse, most: int) -> tuple[bytes, bool]:
    """At most so many bytes, decoded: a bomb never unfolds further than that."""
    unpack = _unpacker(response.headers.get("content-encoding", ""))
    data = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        data += unpack.decompress(chunk, most + 1 - len(data)) if unpack else chunk
        if len(data) > most:
            return bytes(data[:most]), True
    return bytes(data), False


def _unpacker(encoding: str) -> "zlib._Decompress | None":
    """We ask for none, but some servers pack all the same."""
    match encoding.strip().lower():
        case "" | "identity":
            return None
        case "gzip" | "x-gzip" | "deflate":
            return zlib.decompressobj(zlib.MAX_WBITS | 32)
    raise ToolError(f"The answer is packed as {encoding[:40]!r}.", code="fetch_failed")


def _check_headers(headers: Mapping[str, str]) -> None:
    for name, value in headers.items():
        is_token = name.isascii() and name.replace("-", "").replace("_", "").isalnum()
        if not is_token or name.lower() in _FORBIDDEN or any(c in value for c in "\r\n\0"):
            raise ToolError(f"The header {name[:40]!r} cannot be sent.", code="invalid_arguments")


def _why(exc: Exception) -> str:
    """The reason as the system tells it, without aiohttp's words around it."""
    cause = exc.__cause__ if isinstance(exc.__cause__, OSError) else exc
    return (str(cause) or type(cause).__name__)[:300]
