"""Compacts a session within one of its turns: when it is full, or when somebody asks for it."""

from typing import TYPE_CHECKING, Any

import structlog

from chatapp.bus import bus, session_topic
from chatapp.errors import InvalidInput, ProviderError, TurnError
from chatapp.events.bodies import EventBody
from chatapp.events.frames import NoticeFrame
from chatapp.llm.base import LLMRequest
from chatapp.services.compactions import compact_events, compactable_until, recent_inputs_kept
from chatapp.turns.compaction import INSTRUCTIONS, STEP_NAME, CompactionSettings, summarize
from chatapp.turns.happenings import Asked
from chatapp.turns.history import history_of
from chatapp.turns.reply import Reply

if TYPE_CHECKING:
    from chatapp.turns.run import Run

log = structlog.get_logger(__name__)


async def compact_if_full(run: "Run") -> None:
    """Before an answer, once the context is as full as the agent's settings allow."""
    session = run.claim.session
    settings = CompactionSettings.of(session.effective_compaction)
    used = max(session.usage.get("total_tokens", 0), run.size.of(run.plan.history))
    if not settings.enabled or not run.size.is_over(settings.threshold_percent, used):
        return
    # The input that is to be answered now is always kept.
    keep = max(1, recent_inputs_kept(session))
    try:
        until = await run.db(compactable_until, session=session, keep=keep)
        await _compact(run, settings, until)
    except InvalidInput:
        log.info("compaction.nothing_to_do", session=session.key)
    except ProviderError as exc:
        # The answer may still fit; if it does not, the user is told so.
        log.warning("compaction.failed", session=session.key, reason=exc.reason)
    else:
        await run.read_plan()


async def compact_on_request(run: "Run") -> None:
    """A turn of its own. Raises TurnError when there is nothing left to compact."""
    wishes: dict[str, Any] = run.claim.turn.input
    session = run.claim.session
    settings = CompactionSettings.of(
        {**session.effective_compaction, **{k: v for k, v in wishes.items() if v is not None}}
    )
    try:
        until = await run.db(
            compactable_until,
            session=session,
            keep=recent_inputs_kept(session),
            anchor=wishes.get("compact_up_to_event_id"),
        )
    except InvalidInput as exc:
        raise TurnError(exc.message, reason="nothing_to_compact") from exc
    await _compact(run, settings, until)
    await run.read_plan()
    run.usage.note_context(run.size.of(run.plan.history))


async def _compact(run: "Run", settings: CompactionSettings, until: int) -> None:
    session = run.claim.session
    bus.publish(session_topic(session.pk), NoticeFrame("compaction_started"))
    run.publish_state("thinking", "Compacting the conversation")
    bodies = history_of(frame for frame in run.plan.frames if frame.seq <= until)

    async def ask(history: tuple[EventBody, ...]) -> str:
        instructions = "\n\n".join(part for part in (INSTRUCTIONS, settings.message) if part)
        request = LLMRequest(run.plan.model_name, instructions, history)
        return await _answer(run, request)

    summary = await summarize(
        bodies, policy=settings.tool_event_policy, count=run.size.of, room=run.size.window, ask=ask
    )
    await run.db(
        compact_events, session=session, fence=run.claim.fence, until=until, summary=summary
    )


async def _answer(run: "Run", request: LLMRequest) -> str:
    """The whole text of one reply, which nobody watches."""
    reply = Reply()
    async for chunk in run.ask(request):
        for _ in reply.add(chunk):
            pass
    outcome = reply.finish.reason if reply.finish else "incomplete"
    await run.note_asked(
        Asked(request, STEP_NAME, reply.usage, outcome, reply.first_token_ms, reply.duration_ms)
    )
    if not reply.text.strip() or reply.finish is None:
        raise ProviderError("The model gave no summary.", reason="empty_answer")
    return reply.text
