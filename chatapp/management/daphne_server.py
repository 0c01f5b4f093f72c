"""Serve with Daphne: supported, though uvicorn is what we recommend (docs/decisions/0004)."""

import asyncio
import socket
import sys
from collections.abc import Callable
from typing import Any

from daphne import http_protocol
from daphne.server import Server, reactor
from django.conf import settings
from django.core.management.base import CommandError
from twisted.internet.defer import Deferred

from chatapp.management.uvicorn_server import MAX_SOCKET_MESSAGE
from chatapp.web.body_limit import SMALL


class StreamingRequest(http_protocol.WebRequest):  # type: ignore[misc]
    """Twisted would parse a multipart body itself, with twelve times its size in memory.

    Daphne takes a body whole before it asks the application: so the limit is here, too. Who seems
    to be somebody may send a file; whether they are is for the application to find out.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, parsePOSTFormSubmission=False, **kwargs)
        self._taken, self._most = 0, SMALL

    def gotLength(self, length: int | None) -> None:  # noqa: N802 - Twisted's name
        super().gotLength(length)
        if any(map(self.requestHeaders.hasHeader, ("cookie", "authorization", "x-api-key"))):
            self._most += settings.MAX_UPLOAD_BYTES
        self._take(length or 0)
        self._taken = 0

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        if self._take(len(data)):
            super().handleContentChunk(data)

    def _take(self, count: int) -> bool:
        self._taken += count
        if self._taken > self._most:
            self.channel.transport.write(b"HTTP/1.1 413 Payload Too Large\r\n\r\n")
            self.channel.transport.loseConnection()
        return self._taken <= self._most


class Lifespan:
    """Tells the application when it starts and stops, as the ASGI spec asks and Daphne does not."""

    def __init__(self, application: Any) -> None:
        self._application = application
        self._messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._answers: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def start(self) -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}
        self._task = asyncio.create_task(
            self._application(scope, self._messages.get, self._answers.put)
        )
        await self._say("lifespan.startup")

    async def stop(self) -> None:
        await self._say("lifespan.shutdown")
        await self._task

    async def _say(self, event: str) -> None:
        await self._messages.put({"type": event})
        answer = await self._answers.get()
        if answer["type"].endswith(".failed"):
            raise RuntimeError(answer.get("message", event))


class QuietServer(Server):  # type: ignore[misc]
    failed = False

    def listen_error(self, failure: Any) -> None:
        self.failed = True
        self.stop()


def serve_with_daphne(listener: socket.socket, announce: Callable[[], None]) -> None:
    """Until SIGTERM or Ctrl+C. Daphne opens its own socket, so ours is given up just before."""
    from chatapp.asgi import application

    host, port = listener.getsockname()[:2]
    listener.close()
    lifespan = Lifespan(application)
    server = QuietServer(
        application=application,
        endpoints=[f"tcp:port={port}:interface={host.replace(':', chr(92) + ':')}"],
        websocket_max_message_size=MAX_SOCKET_MESSAGE,
        websocket_max_frame_size=MAX_SOCKET_MESSAGE,
        server_name="chatapp",
    )
    http_protocol.WebRequest = StreamingRequest
    reactor.callWhenRunning(lambda: asyncio.ensure_future(_start(lifespan, server, announce)))
    reactor.addSystemEventTrigger(
        "before", "shutdown", lambda: Deferred.fromFuture(asyncio.ensure_future(lifespan.stop()))
    )
    server.run()
    if server.failed:
        raise CommandError(f"Cannot listen on {host}:{port}.")
    sys.stdout.flush()


async def _start(lifespan: Lifespan, server: QuietServer, announce: Callable[[], None]) -> None:
    try:
        await lifespan.start()
    except RuntimeError:
        server.failed = True
        server.stop()
        raise
    announce()
