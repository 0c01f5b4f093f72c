"""A model server that answers what it is told to, in every way that a real one can fail.

In a test: `async with FakeOpenAI() as server: server.script(Reply(text="Hi."))`. For a server in
another process: `python -m tests.fake_openai --port 8100`, then `POST /control`.
"""

from tests.fake_openai.replies import Call, Reply, directed
from tests.fake_openai.server import FakeOpenAI

__all__ = ["Call", "FakeOpenAI", "Reply", "directed"]
