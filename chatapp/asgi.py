"""HTTP, websockets and, if it lives here, the runner: the only place that joins them."""

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatapp.settings")

import django

django.setup(set_prefix=False)

from channels.routing import ProtocolTypeRouter  # noqa: E402 - apps must be ready

from chatapp.live.routing import websocket_app  # noqa: E402
from chatapp.turns.hosting import host  # noqa: E402
from chatapp.web.body_limit import BodyLimit  # noqa: E402
from chatapp.web.handler import Handler  # noqa: E402
from chatapp.web.metrics import Meter  # noqa: E402
from chatapp.web.statics import StaticFiles  # noqa: E402


class Lifespan:
    """Starts and drains the runner with the server.

    A server without lifespan events (Daphne) starts it with the first request.
    """

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            await host.start()
            await self.app(scope, receive, send)
            return
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await host.start()
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await host.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return


application = Lifespan(
    BodyLimit(
        StaticFiles(Meter(ProtocolTypeRouter({"http": Handler(), "websocket": websocket_app})))
    )
)
