"""The demo's sessions: one that quotes a document, one in Spanish, one that failed."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from chatapp.events.bodies import (
    AgentOutput,
    EventBody,
    Source,
    Thinking,
    ToolInput,
    ToolOutput,
    TurnFailed,
    text_message,
)
from chatapp.models import Agent, Event, Session, Turn, User
from chatapp.services.artifacts import add_artifact, announce_artifacts
from chatapp.services.events import append_events
from chatapp.services.sessions import create_session

RETURNS_POLICY = """\
# Returns policy

## Time limits

Goods may be returned within **30 days** of delivery. For members the limit is 60 days.

## Refunds

Refunds go back to the way of payment used, within five working days of the parcel reaching us.
Shipping is refunded only when the goods were damaged.

## Exceptions

Opened software and gift cards cannot be returned.
"""
PASSAGE = "Goods may be returned within 30 days of delivery. For members the limit is 60 days."


def create_demo_sessions(*, owner: User) -> None:
    if Session.objects.filter(owner=owner).exists():
        return
    _returns(_start(owner, "support", "How long do I have to return a parcel?"))
    _weekend(_start(owner, "language-buddy", "Mi fin de semana", language="Spanish"))
    _overloaded(_start(owner, "support", "Figures of the third quarter"))


def _start(owner: User, agent_key: str, name: str, **metadata: str) -> Session:
    agent = Agent.objects.get(key=agent_key)
    return create_session(agent=agent, owner=owner, name=name, metadata=metadata)


def _returns(session: Session) -> None:
    file = ContentFile(RETURNS_POLICY.encode())
    artifact = add_artifact(session=session, file=file, filename="returns-policy.md")
    call = {
        "tool_call_id": "call_1",
        "tool_configuration_name": "artifact_grep",
        "tool_name": "artifact_grep",
    }
    arguments = {"artifact_id": artifact.key, "pattern": "days"}
    line = {"line": 5, "text": PASSAGE}
    source = Source(
        number=1,
        title=artifact.filename,
        location="Time limits",
        artifact_id=artifact.key,
        text=PASSAGE,
    )
    _answer(
        session,
        "How long do I have to return a parcel?",
        [
            Thinking(
                content="The policy should name a time limit. Look for days.", duration_ms=420
            ),
            ToolInput(**call, tool_input=arguments),
            ToolOutput(**call, tool_output={"matches": [line], "count": 1}, duration_ms=36),
            AgentOutput(
                content=f"**30 days** from delivery, or 60 as a member.\n\n> {PASSAGE} [1]",
                sources=(source,),
            ),
        ],
        hours_ago=2,
    )
    _answer(
        session,
        "And when is the money back?",
        [AgentOutput(content="Within five working days of the parcel reaching us.")],
        hours_ago=1.9,
    )


def _weekend(session: Session) -> None:
    _answer(
        session,
        "Hola! Este fin de semana fui a la playa.",
        [AgentOutput(content="¡Qué bien! ¿Con quién **fuiste** a la playa, y qué hicisteis allí?")],
        hours_ago=26,
    )


def _overloaded(session: Session) -> None:
    failure = TurnFailed(
        reason="provider_busy",
        message="The language model is overloaded. Try again in a minute.",
        detail="HTTP 529 after 3 attempts",
    )
    _answer(session, "What was the revenue of the third quarter?", [failure], hours_ago=75)


def _answer(
    session: Session, question: str, bodies: Sequence[EventBody], *, hours_ago: float
) -> None:
    """One turn as the runner would have left it, some time ago."""
    asked_at = timezone.now() - timedelta(hours=hours_ago)
    failed = isinstance(bodies[-1], TurnFailed)
    message = text_message(question)
    turn = Turn.objects.create(
        session=session,
        author=session.owner,
        status=Turn.Status.FAILED if failed else Turn.Status.COMPLETED,
        reason=bodies[-1].reason if isinstance(bodies[-1], TurnFailed) else "",
        agent_version=session.agent.versions.first(),
        input=message.model_dump(mode="json"),
        attempt=1,
        model_name="builtin",
        usage=_usage(question, bodies),
        started_at=asked_at,
        finished_at=asked_at + timedelta(seconds=2),
    )
    announce_artifacts(session=session, turn_id=turn.pk)
    [frame] = append_events(session=session, bodies=[message], turn_id=turn.pk)
    append_events(session=session, bodies=bodies, turn_id=turn.pk)
    Turn.objects.filter(pk=turn.pk).update(input_seq=frame.seq, created_at=asked_at)
    Event.objects.filter(turn=turn).update(created_at=asked_at)
    state = "failed" if failed else "idle"
    Session.objects.filter(pk=session.pk).update(
        state=state, last_event_at=asked_at, created_at=asked_at
    )


def _usage(question: str, bodies: Sequence[EventBody]) -> dict[str, Any]:
    output = sum(len(body.model_dump_json()) for body in bodies) // 4
    return {"input_tokens": 180 + len(question) // 4, "output_tokens": output, "duration_ms": 2000}
