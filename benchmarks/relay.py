"""The least that a streaming chat server could do, to compare with: a stream in, a socket out.

It stores nothing, renders nothing and forgets everything: each delta goes to the websocket as it
comes. Starlette and uvicorn as `manage.py serve` runs it, with the model client that we use.

    python -m benchmarks.relay PORT MODEL_URL
"""

import sys

import aiohttp
import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

_clients: list[aiohttp.ClientSession] = []


async def chat(socket: WebSocket) -> None:
    """Each text that comes in is answered by a stream."""
    await socket.accept()
    try:
        while True:
            await relay(await socket.receive_text(), socket)
    except WebSocketDisconnect:
        pass


async def relay(text: str, socket: WebSocket) -> None:
    if not _clients:
        _clients.append(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
    body = {"model": "fake", "messages": [{"role": "user", "content": text}], "stream": True}
    url = f"{socket.app.state.model}/chat/completions"
    async with _clients[0].post(url, json=body) as response:
        async for line in response.content:
            if line.startswith(b"data: ") and line != b"data: [DONE]\n":
                delta = orjson.loads(line[6:])["choices"][0]["delta"].get("content")
                if delta:
                    await socket.send_text(delta)
    await socket.send_text("")


def main() -> None:
    port, model = sys.argv[1:]
    app = Starlette(routes=[WebSocketRoute("/", chat)])
    app.state.model = model
    uvicorn.run(
        app,
        port=int(port),
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        log_level="info",
        access_log=False,
    )


if __name__ == "__main__":
    main()
