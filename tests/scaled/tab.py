"""A tab's socket: what came over it, and the text it shows."""

import json
import re
import threading
from collections.abc import Callable
from typing import Any, cast

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Origin

from tests.installation import Person, Web
from tests.processes import wait_until

Message = dict[str, Any]


def words(html: str) -> str:
    """What a piece of HTML says."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


class Tab:
    """Watches a session at one web process, until it is closed."""

    def __init__(self, person: Person, web: Web, key: str, after: int = 0) -> None:
        self.messages: list[Message] = []
        self.code: int | None = None
        self._url = f"ws://127.0.0.1:{web.port}/ws/s/{key}/?after={after}"
        self._cookie, self._origin = person.cookie, web.url
        self._opened = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        if not self._opened.wait(30):
            raise TimeoutError(f"No socket: {self._url}")

    def _read(self) -> None:
        headers = {"Cookie": self._cookie}
        origin = cast(Origin, self._origin)
        with connect(self._url, additional_headers=headers, origin=origin) as self._socket:
            self._opened.set()
            try:
                for text in self._socket:
                    self.messages += json.loads(text)
            except ConnectionClosed:
                pass
            self.code = self._socket.close_code or 1006

    def until(
        self, fits: Callable[[Message], bool], seconds: float = 60, what: str = ""
    ) -> Message:
        """The first message that fits."""

        def found() -> Message | None:
            return next((message for message in list(self.messages) if fits(message)), None)

        return dict(wait_until(found, seconds, what or str(self.messages[-3:])))

    def writes(self, characters: int = 20) -> None:
        """Until this much of an answer has been streamed."""
        wait_until(lambda: len(self.text()) >= characters, 60, "a streamed answer")

    def event(self, kind: str, after: int = 0, seconds: float = 60) -> Message:
        return self.until(
            lambda m: m["t"] == "ev" and m["type"] == kind and m["seq"] > after, seconds, kind
        )

    def seqs(self) -> list[int]:
        return [message["seq"] for message in self.messages if message["t"] == "ev"]

    def deltas(self) -> list[Message]:
        return [message for message in self.messages if message["t"] in ("b", "d")]

    def text(self) -> str:
        """The live blocks, put together as the page does."""
        blocks: dict[int, str] = {}
        for message in list(self.messages):
            if message["t"] == "begin":
                blocks = {}
            elif message["t"] == "b":
                blocks[message["index"]] = message["html"]
            elif message["t"] == "d":
                blocks[message["index"]] = blocks.get(message["index"], "") + message["html"]
        return words("".join(blocks[index] for index in sorted(blocks)))

    def close(self) -> None:
        self._socket.close()
        self._reader.join(10)
