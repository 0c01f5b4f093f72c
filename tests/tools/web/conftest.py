"""A web of our own: a server on loopback that plays every host, and names that lead to it."""

import asyncio
from collections import defaultdict

import pytest

from chatapp.tools.web.addresses import Gate


class LocalWeb:
    """`pages[path]` is a whole HTTP answer. `heard` are the requests, `hits` a count of them."""

    def __init__(self) -> None:
        self.pages: dict[str, bytes] = {}
        self.heard: list[str] = []
        self.serving: set[asyncio.Task[None]] = set()
        self.looked_up: dict[str, int] = defaultdict(int)

    async def __aenter__(self):
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *exc):
        self.server.close()
        for task in self.serving:
            task.cancel()
        await asyncio.gather(*self.serving, return_exceptions=True)

    def page(self, path, body=b"", status="200 OK", **headers):
        given = {name.replace("_", "-"): text for name, text in headers.items()}
        head = {"content-length": str(len(body)), "content-type": "text/plain", **given}
        lines = [f"HTTP/1.1 {status}"] + [f"{name}: {text}" for name, text in head.items()]
        self.pages[path] = "\r\n".join([*lines, "", ""]).encode() + body

    def url(self, path="/", host="127.0.0.1"):
        return f"http://{host}:{self.port}{path}"

    def gate(self, *hosts, answers=None):
        """A gate to which these hosts are private ones the operator named; all lead here."""

        async def lookup(host, port):
            self.looked_up[host] += 1
            if answers is not None:
                found = answers(host, self.looked_up[host])
                if found is not None:
                    return found
            return ["127.0.0.1"]

        named = frozenset(f"{host}:{self.port}" for host in hosts)
        return Gate(named, lookup)

    async def _serve(self, reader, writer):
        self.serving.add(asyncio.current_task())
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            self.heard.append(head)
            path = head.split(" ")[1]
            writer.write(self.pages.get(path, b"HTTP/1.1 404 No\r\ncontent-length: 0\r\n\r\n"))
            await writer.drain()
            if path.startswith("/hang"):
                await asyncio.sleep(30)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@pytest.fixture
async def web():
    async with LocalWeb() as web:
        yield web
