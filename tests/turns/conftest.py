"""A runner on the test's own event loop, connected as the web process connects its own."""

import asyncio
import contextlib

import pytest
from asgiref.sync import sync_to_async

from chatapp.bus import bus, session_topic
from chatapp.models import Llm, Turn
from chatapp.services.agent_secrets import set_secrets
from chatapp.turns.hosting import Host
from tests.factories import make_agent, make_session, make_user, send


@pytest.fixture
async def host(transactional_db):
    """The web process's runner, started and drained."""
    host = Host()
    await host.start()
    yield host
    await host.stop()


@pytest.fixture
async def chat(start_chat):
    """Alice's session with an agent on the scripted model, and ways to talk in it."""
    return await start_chat()


@pytest.fixture
def start_chat(host, llm):
    """`await start_chat(tool_configurations=…)`: a chat with an agent that has these fields."""

    async def start(**fields):
        return Chat(host, await sync_to_async(_make)(**fields))

    return start


def _make(**fields):
    Llm.objects.get_or_create(name="scripted", defaults={"provider": "scripted"})
    metadata = fields.pop("metadata_of_session", None)
    secrets = fields.pop("secrets_of_agent", {})
    alice, agent = make_user("alice"), make_agent(**fields)
    set_secrets(agent=agent, actor=alice, secrets=secrets, replace=True)
    return make_session(owner=alice, agent=agent, metadata=metadata)


class Chat:
    def __init__(self, host, session):
        self.host, self.session = host, session

    async def send(self, text="Hello", **kwargs):
        return (await sync_to_async(send)(self.session, text, **kwargs)).turn

    async def answered(self, text="Hello"):
        """Send, wait for the end, and return the turn and the bodies of the session's events."""
        turn = await self.send(text)
        await self.over(turn)
        return turn, await self.bodies()

    async def over(self, turn):
        async with asyncio.timeout(20):
            while not turn.is_over:
                await asyncio.sleep(0.01)
                await turn.arefresh_from_db()

    async def outputs(self):
        """What the tools gave, in the order they were ready."""
        return [body.tool_output for body in await self.bodies() if body.type == "tool_output"]

    async def bodies(self):
        return [event.value async for event in self.session.events.order_by("seq")]

    async def types(self):
        return [body.type for body in await self.bodies()]

    @contextlib.asynccontextmanager
    async def watching(self):
        watch = await bus.watch(session_topic(self.session.pk))
        yield watch
        await bus.unwatch(watch)

    async def turn(self):
        return await Turn.objects.order_by("-pk").afirst()


async def until(condition):
    """Wait for what happens elsewhere and tells nobody."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(0.01)
