"""Work handed to another agent: a child session, its input and what comes back of it.

A child belongs to the session that started it. Whoever asks twice for the same call gets the
same child and the same turn, so that a call that a crash interrupted can be made again.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from django.db import models, transaction

from chatapp.errors import InvalidInput, NotFound
from chatapp.events.bodies import AgentOutput, StructuredOutput, text_message
from chatapp.models import Agent, Artifact, Session, Turn
from chatapp.services.artifacts import COPY_OF, copy_artifact
from chatapp.services.inputs import submit_message
from chatapp.services.sessions import create_session
from chatapp.services.turns import request_cancel

MAX_NESTING = 4

Mode = Literal["llm_controlled", "persistent", "ephemeral"]


@dataclass(frozen=True, slots=True)
class Task:
    """What one call of a sub-agent says."""

    agent_key: str
    mode: Mode
    message: str
    configuration_name: str
    turn_id: int
    tool_call_id: str
    session_key: str | None = None
    tti_minutes: int = 0
    metadata: Mapping[str, Any] = field(default_factory=dict)
    artifact_keys: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a finished sub-agent gives back: its last answer, and the files it made."""

    session_key: str
    status: str
    answer: Any
    error: str
    artifacts: list[dict[str, Any]]


@transaction.atomic
def hand_over(*, parent: Session, task: Task) -> Turn:
    """Queue the child's turn. Raises NotFound or InvalidInput in words for the model."""
    child = _child(parent, task)
    for key in dict.fromkeys(task.artifact_keys):
        copy_artifact(artifact=Artifact.objects.of(parent, key), target=child, announced=False)
    submission = submit_message(
        session=child,
        author=parent.owner,
        body=text_message(task.message),
        client_id=f"{task.turn_id}.{task.tool_call_id}"[:100],
    )
    return submission.turn


def delivery_of(*, parent: Session, turn_id: int) -> Delivery | None:
    """None while the child is still at work."""
    turn = Turn.objects.select_related("session").get(pk=turn_id)
    if not turn.is_over:
        return None
    bodies = [event.value for event in turn.events.order_by("seq")]
    answers = [body for body in bodies if isinstance(body, AgentOutput | StructuredOutput)]
    return Delivery(
        session_key=turn.session.key,
        status=turn.status,
        answer=answers[-1].content if answers else "",
        error=turn.error or turn.reason,
        artifacts=_brought_back(parent, turn),
    )


def stop_child(*, parent: Session, turn_id: int) -> None:
    """Nobody waits for the child any more."""
    turn = Turn.objects.select_related("session").get(pk=turn_id)
    if not turn.is_over:
        request_cancel(session=turn.session, actor=parent.owner)


def _child(parent: Session, task: Task) -> Session:
    if task.mode == "llm_controlled" and task.session_key:
        return _known_child(parent, task)
    key = _child_key(parent, task)
    if known := _children(parent).filter(key=key).first():
        return known
    agent = Agent.objects.filter(key=task.agent_key, enabled=True).first()
    if agent is None:
        raise NotFound(f"There is no agent {task.agent_key!r}.", missing_id=task.agent_key)
    if _nesting(parent) >= MAX_NESTING:
        raise InvalidInput(f"Agents can be nested {MAX_NESTING} deep at most.")
    return create_session(
        agent=agent,
        owner=parent.owner,
        key=key,
        name=agent.name,
        metadata=task.metadata,
        tti_minutes=task.tti_minutes,
        parent=parent,
        origin=Session.Origin.SUB_AGENT,
    )


def _known_child(parent: Session, task: Task) -> Session:
    child = _children(parent).filter(key=task.session_key, agent__key=task.agent_key).first()
    if child is None:
        raise NotFound(
            f"There is no session {task.session_key!r} of this sub-agent here.",
            missing_id=task.session_key or "",
        )
    return child


def _children(parent: Session) -> "models.QuerySet[Session]":
    return Session.objects.alive().filter(parent=parent, origin=Session.Origin.SUB_AGENT)


def _child_key(parent: Session, task: Task) -> str:
    """A persistent child is the same for all calls of its configuration; others have a call."""
    call = "" if task.mode == "persistent" else f"{task.turn_id}.{task.tool_call_id}"
    named = f"{parent.key}/{task.configuration_name}/{call}"
    return f"ase_{hashlib.sha256(named.encode()).hexdigest()[:32]}"


def _nesting(session: Session) -> int:
    depth = 0
    while session.origin == Session.Origin.SUB_AGENT and session.parent:
        session, depth = session.parent, depth + 1
    return depth


def _brought_back(parent: Session, turn: Turn) -> list[dict[str, Any]]:
    """Copies of the files that the child's tools have made in this turn."""
    made = turn.session.artifacts.alive().filter(
        created_by=Artifact.CreatedBy.TOOL, created_at__gte=turn.started_at or turn.created_at
    )
    own = made.exclude(client_id__startswith=COPY_OF)
    copies = [copy_artifact(artifact=one, target=parent, announced=True) for one in own]
    return [one.as_uploaded() for one in copies]
