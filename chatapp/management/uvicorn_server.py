"""Serve with uvicorn, started from here so that we say when it really listens."""

import signal
import socket
import sys
from collections.abc import Callable

import uvicorn
from django.conf import settings

from chatapp.turns.hosting import host

MAX_SOCKET_MESSAGE = 64 * 1024


class AnnouncingServer(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._announce()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Turns and the requests that wait for them get the same seconds, at the same time."""
        host.drain()
        await super().shutdown(sockets)


def serve_with_uvicorn(listener: socket.socket, announce: Callable[[], None]) -> None:
    """Until SIGTERM or Ctrl+C; then drain, and return."""
    config = uvicorn.Config(
        "chatapp.asgi:application",
        lifespan="on",
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        ws_max_size=MAX_SOCKET_MESSAGE,
        ws_ping_interval=20,
        ws_ping_timeout=20,
        # Compressing every delta costs more CPU than making it did.
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=settings.TURN_DRAIN_SECONDS,
        access_log=False,
        log_config=None,
        log_level="warning",
        server_header=False,
    )
    # After its drain uvicorn raises the signal again, for whoever handled it before: nobody did.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.signal(signal.SIGINT, lambda *_: sys.exit(0))
    AnnouncingServer(config, announce).run([listener])
