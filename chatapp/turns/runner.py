"""What moves turns along: claims them, drives the loop, stores and publishes, ends them.

The same class runs in the web process and in workers. It holds no state that the database
lacks, but for the text of the body being written.
"""

import asyncio
import os
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import structlog
from django.conf import settings

from chatapp.bus import RUNNERS, bus, session_topic
from chatapp.errors import ContextLimitExceeded, TurnError
from chatapp.events.bodies import (
    AgentOutput,
    BaseBody,
    ContextLimitExceededBody,
    EventBody,
    SessionInterrupted,
    StructuredOutput,
    ToolInput,
    TurnFailed,
)
from chatapp.events.frames import CancelFrame, TurnFrame, UsageFrame
from chatapp.lib.database_threads import DatabaseThreads
from chatapp.llm.base import Chunk, LLMRequest
from chatapp.llm.retry import RetryWait, stream_with_retries
from chatapp.models import Turn
from chatapp.services.events import LostTurn, append_events
from chatapp.services.turns import (
    Claim,
    claim_turn,
    expire_leases,
    finish_turn,
    release_turns,
    renew_leases,
    running_turns,
    turns_to_dispatch,
)
from chatapp.turns import plan as plans
from chatapp.turns.happenings import Asked, Delta, Doing, Happening
from chatapp.turns.loop import Brain, run_turn
from chatapp.turns.recovery import give_up_if_unsafe
from chatapp.turns.writing import Writing

log = structlog.get_logger(__name__)


class Runner:
    """Runs any number of turns on one event loop."""

    def __init__(self, *, concurrency: int | None = None) -> None:
        self.name = f"{_host()}/{os.getpid()}/{secrets.token_hex(3)}"
        postgres = settings.POSTGRESQL
        self.database = DatabaseThreads("turns", 8 if postgres else 1)
        self._places = asyncio.Semaphore(concurrency or settings.TURN_CONCURRENCY)
        self._running: dict[int, _Run] = {}
        self._spawned: dict[int, asyncio.Task[None]] = {}
        self._duties: list[asyncio.Task[None]] = []
        self._claiming: set[asyncio.Task[Claim | None]] = set()
        self._draining = False

    async def start(self) -> None:
        """Begin to renew leases, look for stranded turns and listen for cancels."""
        bus.attach()
        self._duties = [
            asyncio.create_task(_every(settings.TURN_HEARTBEAT_SECONDS, self._renew)),
            asyncio.create_task(_every(settings.TURN_SWEEP_SECONDS, self._sweep)),
            asyncio.create_task(self._listen()),
        ]

    async def recover(self) -> None:
        """At the start: take up at once what a killed process of this host has left."""
        left = [
            turn_id
            for turn_id, name in await self.database.run(running_turns)
            if _is_dead(name) and turn_id not in self._running
        ]
        await self.database.run(expire_leases, turn_ids=left)
        for turn_id in await self.database.run(turns_to_dispatch, waited=timedelta(0)):
            self.spawn(turn_id)

    async def drain(self, seconds: float | None = None) -> None:
        """Take no more turns, give those that run some time, and hand the rest back."""
        self._draining = True
        await asyncio.gather(*self._claiming, return_exceptions=True)
        # Whoever has a claim since just now begins to run before we look who runs.
        await asyncio.sleep(0)
        running = [run.task for run in self._running.values()]
        if running:
            await asyncio.wait(
                running, timeout=settings.TURN_DRAIN_SECONDS if seconds is None else seconds
            )
        left = list(self._running.values())
        for run in left:
            run.hand_back()
        await asyncio.gather(*(run.task for run in left), return_exceptions=True)
        for duty in self._duties:
            duty.cancel()
        await asyncio.gather(*self._duties, return_exceptions=True)
        await self.database.close()

    @property
    def running(self) -> int:
        return len(self._running)

    def spawn(self, turn_id: int) -> None:
        """Run a turn as a task of the running event loop."""
        if turn_id not in self._spawned and not self._draining:
            task = asyncio.create_task(self.run(turn_id), name=f"turn {turn_id}")
            self._spawned[turn_id] = task
            task.add_done_callback(lambda _: self._spawned.pop(turn_id, None))

    def cancel(self, turn_id: int) -> None:
        """A hint that somebody stored the wish to cancel; the heartbeat would find it, too."""
        if run := self._running.get(turn_id):
            run.stop()

    async def run(self, turn_id: int) -> None:
        """Run a turn to its end, if it is to be had."""
        if self._draining or turn_id in self._running:
            return
        async with self._places:
            claiming = asyncio.create_task(self._claim(turn_id))
            self._claiming.add(claiming)
            claiming.add_done_callback(self._claiming.discard)
            claim = await claiming
            if claim is None:
                return
            with structlog.contextvars.bound_contextvars(turn_id=turn_id):
                run = _Run(self, claim, cast(asyncio.Task[None], asyncio.current_task()))
                self._running[turn_id] = run
                try:
                    await run.go()
                finally:
                    self._running.pop(turn_id, None)

    async def _claim(self, turn_id: int) -> Claim | None:
        """Claim, and hand back at once what was claimed while the drain began."""
        if self._draining:
            return None
        claim: Claim | None = await self.database.run(
            claim_turn, turn_id=turn_id, runner=self.name
        )
        if claim and self._draining:
            await self.database.run(release_turns, runner=self.name, turn_ids=[turn_id])
            return None
        return claim

    async def _renew(self) -> None:
        """One statement for all turns of this process. What is no longer ours is let go."""
        runs = dict(self._running)
        if not runs:
            return
        kept, cancelled = await self.database.run(
            renew_leases,
            runner=self.name,
            fences={turn_id: run.claim.fence.attempt for turn_id, run in runs.items()},
            drafts={
                turn_id: draft for turn_id, run in runs.items() if (draft := run.fresh_draft())
            },
        )
        for turn_id, run in runs.items():
            if turn_id not in kept:
                run.lose()
            elif turn_id in cancelled:
                run.stop()

    async def _sweep(self) -> None:
        waited = timedelta(seconds=settings.TURN_SWEEP_SECONDS)
        for turn_id in await self.database.run(turns_to_dispatch, waited=waited):
            if not self._draining:
                await self.database.run(_dispatch, turn_id)

    async def _listen(self) -> None:
        watch = await bus.watch(RUNNERS)
        while await watch.wait():
            for frame in watch.take():
                if isinstance(frame, CancelFrame):
                    self.cancel(frame.turn_id)


def _dispatch(turn_id: int) -> None:
    from django.db import transaction

    with transaction.atomic():
        bus.dispatch(turn_id)


def _host() -> str:
    return socket.gethostname()[:60]


def _is_dead(name: str) -> bool:
    """Whether the runner of this name was on this host, and its process is no more.

    Our own pid under another name is one, too: after a restart in a container it is the same.
    """
    host, _, rest = name.partition("/")
    pid = rest.partition("/")[0]
    if host != _host() or not pid.isdigit():
        return False
    return int(pid) == os.getpid() or not Path(f"/proc/{pid}").exists()


async def _every(seconds: float, duty: Any) -> None:
    """A duty that fails (the database is away) is tried again at its next time."""
    while True:
        await asyncio.sleep(seconds)
        try:
            await duty()
        except Exception:
            log.exception("runner.duty_failed", duty=duty.__name__)


class _Run:
    """One turn while this process has it."""

    def __init__(self, runner: Runner, claim: Claim, task: asyncio.Task[None]) -> None:
        self.claim, self.task = claim, task
        self._runner = runner
        self._topic = session_topic(claim.session.pk)
        self._ending = ""
        self._usage = _Usage()
        self._writing = Writing(claim.session.pk, claim.fence, claim.session.last_seq)
        # An answer is held back until it is clear whether it ends the turn: then answer and end
        # are stored in one transaction.
        self._held: EventBody | None = None

    async def go(self) -> None:
        """Whatever happens, the turn ends in exactly one state, or is handed on."""
        try:
            async with asyncio.timeout(settings.TURN_WALL_SECONDS):
                await self._drive()
        except LostTurn:
            log.info("turn.lost")
        except asyncio.CancelledError:
            await self._end_early()
        except ContextLimitExceeded as exc:
            body = ContextLimitExceededBody(
                message=exc.message,
                context_limit=exc.context_limit,
                actual_tokens=exc.actual_tokens,
            )
            await self._finish(Turn.Status.FAILED, [body], exc.reason, exc.message)
        except TurnError as exc:
            await self._fail(exc.reason, exc.message, exc.detail)
        except TimeoutError:
            await self._fail("time_limit", "The answer took too long and was stopped.")
        except Exception as exc:
            log.exception("turn.crashed")
            await self._fail("internal", "Something went wrong on our side.", type(exc).__name__)
        finally:
            self._writing.forget()

    def stop(self) -> None:
        self._interrupt("cancelled")

    def hand_back(self) -> None:
        self._interrupt("handed back")

    def lose(self) -> None:
        self._interrupt("lost")

    def fresh_draft(self) -> dict[str, Any] | None:
        return self._writing.fresh_draft()

    def _interrupt(self, ending: str) -> None:
        if not self._ending:
            self._ending = ending
            self.task.cancel()

    async def _drive(self) -> None:
        if await self._db(give_up_if_unsafe, self.claim):
            return
        plan = await self._db(plans.prepare, self.claim, self._runner.database)
        self._writing.after = max((frame.seq for frame in plan.frames), default=0)
        brain = Brain(
            ask=lambda request: self._ask(plan, request),
            model=plan.model_name,
            steps=plan.steps,
            first_step=plan.first_step,
            parameters=plan.parameters,
            max_requests=settings.TURN_MAX_REQUESTS,
            parallel_tools=settings.TURN_PARALLEL_TOOLS,
        )
        happenings = cast(Any, run_turn(brain, plan.toolbox, plan.history))
        async with aclosing(happenings):
            async for happening in happenings:
                await self._take(happening, plan)
        await self._finish(Turn.Status.COMPLETED)

    def _ask(self, plan: plans.Plan, request: LLMRequest) -> AsyncIterator[Chunk]:
        async def on_wait(wait: RetryWait) -> None:
            label = f"The model is busy, trying again in {max(1, round(wait.seconds))} s"
            self._publish_state("waiting", label)

        return stream_with_retries(plan.provider, request, plan.retry, on_wait)

    async def _take(self, happening: Happening, plan: plans.Plan) -> None:
        match happening:
            case Delta(kind, text):
                self._writing.add(kind, text)
            case Doing(state, label):
                self._publish_state(state, label)
            case Asked():
                self._usage.add(happening, plan)
                await self._db(plans.record_call, self.claim, plan, happening)
                bus.publish(self._topic, self._usage.frame(self.claim, self._writing.after))
            case BaseBody():
                await self._store(happening)

    async def _store(self, body: EventBody) -> None:
        await self._store_held()
        self._writing.close()
        if isinstance(body, AgentOutput | StructuredOutput):
            self._held = body
            return
        await self._append([body])
        if isinstance(body, ToolInput):
            self._publish_state("tool", f"Using {body.tool_configuration_name}")

    async def _store_held(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            await self._append([held])

    async def _append(self, bodies: list[EventBody]) -> None:
        frames = await self._db(
            append_events, session=self.claim.session, bodies=bodies, fence=self.claim.fence
        )
        self._writing.after = frames[-1].seq

    async def _finish(
        self, status: str, bodies: list[EventBody] | None = None, reason: str = "", error: str = ""
    ) -> None:
        self._writing.close()
        held = [self._held] if self._held is not None else []
        # Not even a cancel may come between the wish to end and the stored end.
        await asyncio.shield(
            self._db(
                finish_turn,
                claim=self.claim,
                status=status,
                bodies=[*held, *(bodies or [])],
                reason=reason,
                error=error,
                usage=self._usage.total(),
            )
        )

    async def _fail(self, reason: str, message: str, detail: str = "") -> None:
        partial = self._writing.partial()
        body = TurnFailed(reason=reason, message=message, detail=detail[:2000], partial=partial)
        try:
            await self._finish(Turn.Status.FAILED, [body], reason, f"{message} {detail}".strip())
        except LostTurn:
            log.info("turn.lost")

    async def _end_early(self) -> None:
        """Cancelled by a person, handed back while draining, or taken over by others."""
        cast(asyncio.Task[None], asyncio.current_task()).uncancel()
        try:
            if self._ending == "cancelled":
                await self._finish(Turn.Status.CANCELLED, self._last_words(), "cancelled")
            elif self._ending == "handed back":
                await self._db(
                    release_turns, runner=self._runner.name, turn_ids=[self.claim.turn.pk]
                )
            elif not self._ending:
                raise asyncio.CancelledError
        except LostTurn:
            log.info("turn.lost")

    def _last_words(self) -> list[EventBody]:
        """What the user had already seen of the answer stays."""
        partial = self._writing.partial()
        said: list[EventBody] = [AgentOutput(content=partial, truncated=True)] if partial else []
        return [*said, SessionInterrupted()]

    def _publish_state(self, state: Any, label: str) -> None:
        claim = self.claim
        since = claim.turn.started_at.timestamp() if claim.turn.started_at else 0.0
        frame = TurnFrame(
            claim.turn.pk, claim.fence.attempt, self._writing.after, state, label, since
        )
        bus.publish(self._topic, frame)

    async def _db(self, work: Any, *args: Any, **kwargs: Any) -> Any:
        return await self._runner.database.run(work, *args, **kwargs)


class _Usage:
    """Tokens and times of a turn, summed over its requests to the model."""

    def __init__(self) -> None:
        self._requests = 0
        self._input = self._output = self._reasoning = 0
        self._last_input = self._last_output = 0
        self._first_token_ms: int | None = None
        self._model_ms = 0
        self._window = 0

    def add(self, asked: Asked, plan: plans.Plan) -> None:
        self._requests += 1
        self._input += asked.usage.input_tokens
        self._output += asked.usage.output_tokens
        self._reasoning += asked.usage.reasoning_tokens
        self._last_input, self._last_output = asked.usage.input_tokens, asked.usage.output_tokens
        self._model_ms += asked.duration_ms
        self._window = plan.llm.context_window
        if self._first_token_ms is None:
            self._first_token_ms = asked.first_token_ms

    def context(self) -> dict[str, Any]:
        """The wire's `session_context_usage`."""
        return {
            "input_tokens": {"count": self._last_input},
            "output_tokens": {"count": self._last_output, "reasoning_tokens": self._reasoning},
            "total_tokens": self._last_input + self._last_output,
            "model_context_window": self._window,
        }

    def total(self) -> dict[str, Any]:
        return {
            "requests": self._requests,
            "input_tokens": self._input,
            "output_tokens": self._output,
            "reasoning_tokens": self._reasoning,
            "first_token_ms": self._first_token_ms,
            "model_ms": self._model_ms,
            **({"session_context_usage": self.context()} if self._requests else {}),
        }

    def frame(self, claim: Claim, after: int) -> UsageFrame:
        return UsageFrame(claim.turn.pk, after, self.context())
