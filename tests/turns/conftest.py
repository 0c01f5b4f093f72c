"""A runner on the test's own event loop, connected as the web process connects its own."""

import asyncio
import contextlib

import pytest
from asgiref.sync import sync_to_async

from chatapp.bus import bus, session_topic
from chatapp.models import Llm, Turn
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
async def chat(host, llm):
    """Alice's session with an agent on the scripted model, and ways to talk in it."""
    made = await sync_to_async(_make)()
    return Chat(host, made)


def _make(**fields):
    Llm.objects.get_or_create(name="scripted", defaults={"provider": "scripted"})
    return make_session(owner=make_user("alice"), agent=make_agent(**fields))


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
