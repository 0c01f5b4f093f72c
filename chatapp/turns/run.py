"""One turn while this process has it: drives the loop, stores and publishes, ends it.

Whatever happens, the turn ends in exactly one state, or is handed on.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from typing import Any, cast

import structlog
from django.conf import settings

from chatapp.bus import bus, session_topic
from chatapp.errors import ContextLimitExceeded, TurnError
from chatapp.events.bodies import (
    AgentOutput,
    BaseBody,
    ContextLimitExceededBody,
    EventBody,
    SessionInterrupted,
    StepTransition,
    StepTransitionLimitExceeded,
    StructuredOutput,
    ToolInput,
    TurnFailed,
)
from chatapp.events.frames import EventFrame, RunState, TurnFrame, UsageFrame
from chatapp.lib.database_threads import DatabaseThreads
from chatapp.llm.base import Chunk, LLMRequest
from chatapp.llm.retry import RetryWait, stream_with_retries
from chatapp.models import Turn
from chatapp.services.events import LostTurn, append_events
from chatapp.services.inputs import take_steered
from chatapp.services.turns import Claim, finish_turn, release_turns
from chatapp.turns import plan as plans
from chatapp.turns.compacting import compact_if_full, compact_on_request
from chatapp.turns.context import ContextSize
from chatapp.turns.happenings import Asked, Delta, Doing, Happening
from chatapp.turns.loop import Brain, run_turn
from chatapp.turns.model_calls import record_call
from chatapp.turns.recovery import give_up_if_unsafe
from chatapp.turns.usage import TurnUsage
from chatapp.turns.writing import Writing

log = structlog.get_logger(__name__)


class Run:
    def __init__(
        self, claim: Claim, task: asyncio.Task[None], *, runner: str, database: DatabaseThreads
    ) -> None:
        self.claim, self.task = claim, task
        self.plan: plans.Plan
        self.size: ContextSize
        self.usage = TurnUsage()
        self._runner, self._database = runner, database
        self._topic = session_topic(claim.session.pk)
        self._ending = ""
        self._status, self._reason = Turn.Status.COMPLETED, ""
        self._step_name: str | None = None
        self._asking: LLMRequest | None = None
        # Which stored event each body is, by identity: for the record of what the model saw.
        self._seqs: dict[int, int] = {}
        self._bodies: list[EventBody] = []
        self._writing = Writing(claim.session.pk, claim.fence, claim.session.last_seq)
        # An answer is held back until it is clear whether it ends the turn: then answer and end
        # are stored in one transaction.
        self._held: EventBody | None = None

    async def go(self) -> None:
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

    # The way of a turn

    async def _drive(self) -> None:
        if await self.db(give_up_if_unsafe, self.claim):
            return
        await self.read_plan()
        if self.claim.turn.kind == Turn.Kind.COMPACT:
            await compact_on_request(self)
            await self._finish(Turn.Status.COMPLETED)
            return
        await compact_if_full(self)
        await self._answer()
        await self._finish(self._status, reason=self._reason)

    async def read_plan(self) -> None:
        """The agent and the session as they are stored now."""
        plan: plans.Plan = await self.db(plans.prepare, self.claim, self._database)
        self.plan = plan
        self.size = ContextSize(plan.provider, plan.llm.context_window)
        self._note(plan.frames)
        if not self.usage.requests:
            self.usage = TurnUsage(
                context_window=plan.llm.context_window,
                model=plan.asked_name if plan.substitute else "",
                served_by=plan.llm.name,
            )

    async def _answer(self) -> None:
        plan = self.plan
        brain = Brain(
            ask=self.ask,
            model=plan.model_name,
            steps=plan.steps,
            first_step=plan.first_step,
            served_by=plan.substitute,
            parameters=plan.parameters,
            images=plan.images,
            next_step=plan.agent.next_step,
            news=self._news,
            max_requests=settings.TURN_MAX_REQUESTS,
            parallel_tools=settings.TURN_PARALLEL_TOOLS,
        )
        self._step_name = plan.agent.step_after_turn(plan.first_step)
        happenings = cast(Any, run_turn(brain, plan.history))
        async with aclosing(happenings):
            async for happening in happenings:
                await self._take(happening)

    def ask(self, request: LLMRequest) -> AsyncIterator[Chunk]:
        """Raises ContextLimitExceeded for what is known to be too much."""
        self._asking = request
        self.size.check(request)

        async def on_wait(wait: RetryWait) -> None:
            label = f"The model is busy, trying again in {max(1, round(wait.seconds))} s"
            self.publish_state("waiting", label)

        return stream_with_retries(self.plan.provider, request, self.plan.retry, on_wait)

    async def _news(self) -> Sequence[EventBody]:
        """What the user has sent to steer this turn."""
        frames: list[EventFrame] = await self.db(
            take_steered, session=self.claim.session, fence=self.claim.fence
        )
        self._note(frames)
        return [frame.body for frame in frames]

    async def _take(self, happening: Happening) -> None:
        match happening:
            case Delta(kind, text):
                self._writing.add(kind, text)
            case Doing(state, label):
                self.publish_state(state, label)
            case Asked():
                await self.note_asked(happening)
            case BaseBody():
                await self._store(happening)

    async def note_asked(self, asked: Asked) -> None:
        self._asking = None
        self.usage.add(asked)
        await self.db(record_call, self.claim, asked, self._seqs, self.plan.llm)
        frame = UsageFrame(self.claim.turn.pk, self._writing.after, self.usage.context())
        bus.publish(self._topic, frame)

    async def _store(self, body: EventBody) -> None:
        await self._store_held()
        self._writing.close()
        match body:
            case AgentOutput() | StructuredOutput():
                self._held = body
                return
            case StepTransition(to_step=name):
                self._step_name = self.plan.agent.step_after_turn(name)
            case StepTransitionLimitExceeded():
                self._status, self._reason = Turn.Status.FAILED, "step_transition_limit"
        await self._append([body])
        if isinstance(body, ToolInput):
            self.publish_state("tool", f"Using {body.tool_configuration_name}")

    async def _store_held(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            await self._append([held])

    async def _append(self, bodies: list[EventBody]) -> None:
        frames: list[EventFrame] = await self.db(
            append_events, session=self.claim.session, bodies=bodies, fence=self.claim.fence
        )
        for body, frame in zip(bodies, frames, strict=True):
            self._seqs[id(body)] = frame.seq
        self._bodies += bodies
        self._writing.after = frames[-1].seq

    def _note(self, frames: Sequence[EventFrame]) -> None:
        """Remember which events these bodies are; they are kept, so that no id is used again."""
        for frame in frames:
            self._seqs[id(frame.body)] = frame.seq
            self._bodies.append(frame.body)
        self._writing.after = max((self._writing.after, *(frame.seq for frame in frames)))

    # Ends

    async def _finish(
        self, status: str, bodies: list[EventBody] | None = None, reason: str = "", error: str = ""
    ) -> None:
        self._writing.close()
        held = [self._held] if self._held is not None else []
        # Not even a cancel may come between the wish to end and the stored end.
        await asyncio.shield(
            self.db(
                finish_turn,
                claim=self.claim,
                status=status,
                bodies=[*held, *(bodies or [])],
                reason=reason,
                error=error,
                usage=self.usage.total(),
                step_name=self._step_name,
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
                await self._note_unfinished()
                await self._finish(Turn.Status.CANCELLED, self._last_words(), "cancelled")
            elif self._ending == "handed back":
                turn_ids = [self.claim.turn.pk]
                await self.db(release_turns, runner=self._runner, turn_ids=turn_ids)
            elif not self._ending:
                raise asyncio.CancelledError
        except LostTurn:
            log.info("turn.lost")

    async def _note_unfinished(self) -> None:
        """Staff may see what the model was shown, also of an answer that was stopped."""
        if self._asking is not None:
            asked = Asked.unfinished(self._asking, "cancelled")
            await self.db(record_call, self.claim, asked, self._seqs, self.plan.llm)

    def _last_words(self) -> list[EventBody]:
        """What the user had already seen of the answer stays."""
        partial = self._writing.partial()
        said: list[EventBody] = [AgentOutput(content=partial)] if partial else []
        return [*said, SessionInterrupted()]

    def publish_state(self, state: RunState, label: str) -> None:
        claim = self.claim
        since = claim.turn.started_at.timestamp() if claim.turn.started_at else 0.0
        frame = TurnFrame(
            claim.turn.pk, claim.fence.attempt, self._writing.after, state, label, since
        )
        bus.publish(self._topic, frame)

    async def db(self, work: Any, *args: Any, **kwargs: Any) -> Any:
        return await self._database.run(work, *args, **kwargs)
