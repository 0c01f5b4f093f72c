"""The fake model server: HTTP on plain asyncio, so that it can break every rule of it.

Speaks `/v1/chat/completions`, `/v1/messages`, `/v1/models` and `/v1/embeddings`. What it answers
comes from the script (`FakeOpenAI.script`, `POST /control`), else from directives in the user's
text, else it repeats what it was told. `GET /requests` shows what it was asked.
"""

import asyncio
import json
import socket
import struct
from collections import deque
from collections.abc import Iterable
from typing import Any, Self, cast

from tests.fake_openai.dialects import MODEL, AnthropicDialect, Dialect, OpenAIDialect
from tests.fake_openai.embeddings import embed
from tests.fake_openai.faults import End, stream
from tests.fake_openai.pace import Pacer
from tests.fake_openai.replies import Reply, directed

BATCH = 64 * 1024
KEEP = 1000
DIALECTS: dict[str, type[OpenAIDialect] | type[AnthropicDialect]] = {
    "/v1/chat/completions": OpenAIDialect,
    "/v1/messages": AnthropicDialect,
}


class FakeOpenAI:
    """A running server. Use it as `async with FakeOpenAI() as server`."""

    def __init__(self, port: int = 0) -> None:
        self.port = port
        self.replies: deque[Reply] = deque()
        self.default: Reply | None = None
        self.requests: deque[dict[str, Any]] = deque(maxlen=KEEP)
        self.connections: set[Connection] = set()
        self.streaming = 0
        self.broken_off = 0  # streams the client left before their end
        self.pacer = Pacer()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def script(self, *replies: Reply) -> None:
        """Answer the next requests so, one reply each."""
        self.replies.extend(replies)

    def reset(self) -> None:
        self.replies.clear()
        self.requests.clear()
        self.default = None
        self.broken_off = 0

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self.server = await loop.create_server(
            lambda: Connection(self), "127.0.0.1", self.port, backlog=1024
        )
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *exc: object) -> None:
        self.pacer.close()
        self.server.close()
        for connection in list(self.connections):
            connection.transport.abort()
        await asyncio.sleep(0)

    def reply_to(self, body: dict[str, Any]) -> Reply:
        if self.replies:
            return self.replies.popleft()
        if self.default:
            return self.default
        text, is_tool_output = last_message(body)
        if is_tool_output:
            return Reply(text=f"The tool said: {text}")
        return directed(text) or Reply(text=f"You said: {text}")

    def control(self, orders: dict[str, Any]) -> dict[str, Any]:
        if orders.get("reset"):
            self.reset()
        if "default" in orders:
            self.default = orders["default"] and Reply.from_json(orders["default"])
        self.script(*(Reply.from_json(reply) for reply in orders.get("script", ())))
        return {"waiting": len(self.replies)}

    def state(self) -> dict[str, int]:
        return {
            "waiting": len(self.replies),
            "streaming": self.streaming,
            "broken_off": self.broken_off,
            "connections": len(self.connections),
        }


def last_message(body: dict[str, Any]) -> tuple[str, bool]:
    """The last message's text, and whether it is what a tool answered."""
    message = (body.get("messages") or [{}])[-1]
    content = message.get("content") or ""
    if isinstance(content, str):
        return content, message.get("role") == "tool"
    for part in content:
        if part.get("type") == "tool_result":
            return str(part.get("content")), True
    texts: Iterable[str] = (part["text"] for part in content if part.get("type") == "text")
    return "\n".join(texts), message.get("role") == "tool"


class Connection(asyncio.Protocol):
    """One client. Answers one request after the other."""

    transport: asyncio.Transport

    def __init__(self, fake: FakeOpenAI) -> None:
        self.fake = fake
        self.received = bytearray()
        self.player: Player | None = None
        self.held = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.fake.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.fake.connections.discard(self)
        if self.player:
            self.player.abandon()

    def pause_writing(self) -> None:
        self.held = True

    def resume_writing(self) -> None:
        self.held = False

    def data_received(self, data: bytes) -> None:
        self.received += data
        if self.received.startswith(b"\x16"):  # somebody speaks TLS
            self.transport.abort()
        while self.player is None and (request := self._request()):
            try:
                self._answer(*request)
            except (ValueError, TypeError, KeyError, AttributeError) as exc:
                self.send(400, {"error": {"message": f"Cannot obey: {exc}"}})

    def _request(self) -> tuple[str, str, dict[str, str], Any] | None:
        head, end, rest = bytes(self.received).partition(b"\r\n\r\n")
        if not end:
            return None
        first, *lines = head.decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in lines)
        headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
        length = int(headers.get("content-length", 0))
        if len(rest) < length:
            return None
        self.received = bytearray(rest[length:])
        method, path, *_ = first.split(" ")
        body = json.loads(rest[:length]) if length else {}
        return method, path.split("?")[0], headers, body

    def _answer(self, method: str, path: str, headers: dict[str, str], body: Any) -> None:
        fake = self.fake
        if method == "POST" and path in DIALECTS:
            fake.requests.append({"path": path, "headers": headers, "body": body})
            self._complete(DIALECTS[path], fake.reply_to(body), body)
        elif path == "/v1/embeddings":
            fake.requests.append({"path": path, "headers": headers, "body": body})
            self.send(200, embed(body))
        elif path == "/v1/models":
            self.send(200, {"object": "list", "data": [{"id": MODEL, "object": "model"}]})
        elif path == "/control" and method == "POST":
            self.send(200, fake.control(body))
        elif path == "/requests":
            self.send(200, list(fake.requests))
        elif path == "/state":
            self.send(200, fake.state())
        else:
            self.send(404, {"error": {"message": f"Nothing at {path}."}})

    def _complete(self, kind: type[Dialect], reply: Reply, body: dict[str, Any]) -> None:
        if reply.fault == "refuse":
            self.transport.abort()
        elif reply.status != 200:
            error = reply.error or {"message": f"Scripted {reply.status}.", "type": "scripted"}
            self.send(reply.status, {"error": error}, {"retry-after": reply.retry_after})
        elif reply.fault == "not_sse":
            self.send(200, {"message": "This is no stream."})
        elif reply.fault != "hang":
            self.player = Player(self, reply, kind(reply, body))
            self.fake.pacer.add(self.player, reply.delay)

    def send(self, status: int, value: Any, headers: dict[str, str] | None = None) -> None:
        body = json.dumps(value).encode()
        lines = [f"HTTP/1.1 {status} Scripted", "content-type: application/json"]
        lines += [f"{name}: {text}" for name, text in (headers or {}).items() if text]
        lines += [f"content-length: {len(body)}", "", ""]
        self.transport.write("\r\n".join(lines).encode() + body)


class Player:
    """Plays one reply to one connection."""

    HEAD = (
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n"
        b"transfer-encoding: chunked\r\n\r\n"
    )

    def __init__(self, connection: Connection, reply: Reply, dialect: Dialect) -> None:
        self.connection = connection
        self.interval = 1 / reply.rate if reply.rate else 0.0
        self.frames = stream(dialect)
        self.head = self.HEAD
        self.ended = False
        connection.fake.streaming += 1

    def step(self) -> float | None:
        if self.ended:
            return None
        if self.connection.held:
            return 0.01
        out, end = self._next()
        self.connection.transport.write(self.head + out)
        self.head = b""
        if end:
            self._end(end)
            return None
        return self.interval

    def _next(self) -> tuple[bytes, End | None]:
        """The next frame, or as many as make a batch where there is no rate."""
        out = b""
        for item in self.frames:
            if isinstance(item, End):
                return out, item
            if item:
                out += b"%x\r\n%b\r\n" % (len(item), item)
            if self.interval or len(out) > BATCH:
                break
        return out, None

    def _end(self, end: End) -> None:
        transport = self.connection.transport
        if end is End.STALL:
            return
        if end is End.DONE:
            transport.write(b"0\r\n\r\n")
        elif end is End.RESET:
            reset(transport)
        else:
            transport.close()
        self._leave()
        self.connection.player = None
        if end is End.DONE:
            self.connection.data_received(b"")

    def abandon(self) -> None:
        if not self.ended:
            self.connection.fake.broken_off += 1
            self._leave()

    def _leave(self) -> None:
        if not self.ended:
            self.ended = True
            self.connection.fake.streaming -= 1


def reset(transport: asyncio.Transport) -> None:
    """Close so that the client gets a TCP reset, not an end."""
    sock = transport.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
