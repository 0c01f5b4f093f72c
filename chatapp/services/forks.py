"""Fork a session: a new one that begins with what was said in another."""

from collections.abc import Sequence
from typing import Any

import orjson
from django.db import transaction

from chatapp.errors import InvalidInput
from chatapp.events.bodies import Compaction, EventBody, InputMessage, parse_body
from chatapp.lib.keys import new_key
from chatapp.models import Agent, Event, Session, User
from chatapp.services.artifacts import copy_artifacts
from chatapp.services.events import append_events
from chatapp.services.sessions import create_session
from chatapp.services.summaries import extract_summary

_AT_ONCE = 500


@transaction.atomic
def fork_session(
    *,
    source: Session,
    agent: Agent,
    owner: User,
    include_up_to_event_id: str | None = None,
    compact_up_to_event_id: str | None = None,
    **create_fields: Any,
) -> Session:
    """Copy visible events, all of them or up to one, and all artifacts.

    With `compact_up_to_event_id` the events up to that one become a summary. What
    `create_fields` leave out (name, description, metadata) is the source's. Raises InvalidInput
    for an event that is not visible in the source.
    """
    if include_up_to_event_id and compact_up_to_event_id:
        raise InvalidInput(
            "Give include_up_to_event_id or compact_up_to_event_id, not both.",
            {"from_session": "Not both cut-offs."},
        )
    events = list(source.events.visible().exclude(type="turn_failed").order_by("seq"))
    if include_up_to_event_id:
        events = events[: _place(events, include_up_to_event_id) + 1]
    compacted: list[Event] = []
    if compact_up_to_event_id:
        end = _place(events, compact_up_to_event_id) + 1
        compacted, events = events[:end], events[end:]
    inherited: dict[str, Any] = {"name": source.name, "description": source.description}
    if agent.pk == source.agent_id:
        # Another agent may give these members another meaning, and other rights.
        inherited["metadata"] = source.metadata
    fork = create_session(agent=agent, owner=owner, parent=source, **{**inherited, **create_fields})
    keys = copy_artifacts(source=source, target=fork)
    _append(fork, [_rewritten(event.body, keys) for event in (*compacted, *events)], len(compacted))
    if agent.pk == source.agent_id:
        fork.current_step_name, fork.usage = source.current_step_name, source.usage
        fork.save(update_fields=["current_step_name", "usage"])
    return fork


def _place(events: Sequence[Event], key: str) -> int:
    for place, event in enumerate(events):
        if event.key == key:
            return place
    raise InvalidInput(
        f"The source session has no visible event {key!r}.", {"from_session": "No such event."}
    )


def _rewritten(body: dict[str, Any], keys: dict[str, str]) -> EventBody:
    """With the new ids of the artifacts, wherever the old ones stood: they cannot be guessed,
    so no other text holds one by chance."""
    text = orjson.dumps(body).decode()
    for old, new in keys.items():
        text = text.replace(old, new)
    return parse_body(orjson.loads(text))


def _append(fork: Session, bodies: list[EventBody], compacted: int) -> None:
    if compacted:
        bodies = [_summary(bodies[:compacted]), *bodies[compacted:]]
    for start in range(0, len(bodies), _AT_ONCE):
        append_events(session=fork, bodies=bodies[start : start + _AT_ONCE])


def _summary(bodies: Sequence[EventBody]) -> Compaction:
    return Compaction(
        turns_compacted=sum(isinstance(body, InputMessage) for body in bodies),
        events_compacted=len(bodies),
        summary_key=new_key("sum"),
        summary_text=extract_summary(bodies),
    )
