"""One session, one hostile server, one turn after the other. Imported once Django is set up."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random
from typing import Self

from asgiref.sync import sync_to_async

from chatapp.models import Llm, Session, Turn
from chatapp.turns.hosting import Host
from tests.factories import make_agent, make_session, make_user, send
from tests.fake_openai import FakeOpenAI
from tests.turns.hostile import CASES, QUICK, RETRIES, TOOLS

# A session that has grown long takes ever longer to read.
TURNS_A_SESSION = 25


@asynccontextmanager
async def hosted() -> AsyncIterator[None]:
    host = Host()
    await host.start()
    try:
        yield
    finally:
        await host.stop()


class Worker:
    def __init__(self, number: int, server: FakeOpenAI) -> None:
        self.number, self.server = number, server
        self.turns = 0
        self.session: Session

    @classmethod
    @asynccontextmanager
    async def started(cls, number: int) -> AsyncIterator[Self]:
        async with FakeOpenAI() as server:
            worker = cls(number, server)
            await sync_to_async(worker._make)()
            yield worker

    def _make(self) -> None:
        name = f"hostile {self.number}"
        # Many at once on few cores: what is only slow must not pass for dead.
        patience = {"first_token_timeout": 4.0, "idle_timeout": 2.0}
        options = {**QUICK, **patience, "max_output_chars": 200_000}
        Llm.objects.create(name=name, provider="openai", base_url=self.server.url, options=options)
        self.agent = make_agent(
            model={"name": name, "retry_configuration": RETRIES}, tool_configurations=TOOLS
        )
        self.owner = make_user(f"user{self.number}")
        self.session = make_session(owner=self.owner, agent=self.agent)

    async def turn(self, random: Random) -> tuple[str, str, float]:
        """The case, how it ended and how long it took. Raises AssertionError."""
        self.turns += 1
        if self.turns % TURNS_A_SESSION == 0:
            make = sync_to_async(make_session)
            self.session = await make(owner=self.owner, agent=self.agent)
        name = random.choice(list(CASES))
        case = CASES[name]
        self.server.reset()
        self.server.script(*case.replies(random))
        began = time.monotonic()
        turn = (await sync_to_async(send)(self.session, name)).turn
        await self._over(turn)
        seconds = time.monotonic() - began
        end = turn.status if turn.status == "completed" else f"{turn.status}:{turn.reason}"
        assert end in case.ends, f"{name}: {end} ({turn.error})"
        await self._check_log(turn, name)
        return name, end, seconds

    async def _over(self, turn: Turn) -> None:
        async with asyncio.timeout(60):
            while not turn.is_over:
                await asyncio.sleep(0.02)
                await turn.arefresh_from_db()

    async def _check_log(self, turn: Turn, name: str) -> None:
        types = [e.type async for e in self.session.events.filter(turn=turn).order_by("seq")]
        answer = "agent_output" if turn.status == "completed" else "turn_failed"
        assert types[0] == "input_message", f"{name}: {types}"
        assert types[-1] == answer, f"{name}: {types}"
        assert types.count("tool_input") == types.count("tool_output"), f"{name}: {types}"
        seqs = [
            seq async for seq in self.session.events.order_by("seq").values_list("seq", flat=True)
        ]
        assert seqs == list(range(1, len(seqs) + 1)), f"{name}: a gap in the log"
