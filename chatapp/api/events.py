"""/v2/agents/{agent_key}/sessions/{session_key}/events: inputs in, what comes of them out."""

from typing import Any

from django.http import StreamingHttpResponse
from ninja import Query

from chatapp.api.auth import ApiRequest
from chatapp.api.errors import ErrorBody
from chatapp.api.following import Target, follow
from chatapp.api.forms import is_form, read_form
from chatapp.api.guarding import Guard
from chatapp.api.inputs import Taken, take_form, take_input
from chatapp.api.pagination import PageQuery, page_of
from chatapp.api.parsing import from_json
from chatapp.api.roles import Area
from chatapp.api.routing import ApiRouter
from chatapp.api.schemas.events import (
    UNTOLD_TYPES,
    EventList,
    EventOut,
    EventsOut,
    input_schema,
    parse_input,
    wire,
)
from chatapp.api.sessions import session_of
from chatapp.api.streaming import documented, sse_response, stream_turn, stream_values
from chatapp.api.threads import threads
from chatapp.bus import Watch, bus, session_topic
from chatapp.errors import NotFound, TurnError, Unprocessable
from chatapp.events.bodies import TurnFailed
from chatapp.events.frames import EventFrame
from chatapp.models import Event, Session
from chatapp.services.events import erase_event, hide_event, unhide_event

router = ApiRouter(Area.SESSIONS, "Events", "/agents/{agent_key}/sessions/{session_key}/events")
_FORM = {
    "type": "object",
    "properties": {
        "files": {"type": "array", "items": {"type": "string", "format": "binary"}},
        "message": {"type": "string"},
        "stream_response": {"type": "boolean"},
    },
    "required": ["files"],
}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": input_schema()},
            "multipart/form-data": {"schema": _FORM},
        },
    }
}


class EventQuery(PageQuery):
    include_hidden: bool = False


@router.get("", response=EventList, operation_id="listAgentEvents")
def list_events(
    request: ApiRequest, agent_key: str, session_key: str, query: Query[EventQuery]
) -> EventList:
    session = session_of(request, agent_key, session_key)
    rows = Event.objects.filter(session=session).exclude(type__in=UNTOLD_TYPES)
    if not query.include_hidden:
        rows = rows.visible()
    page = page_of(rows, query, scope=f"events.{session.pk}", order="seq")
    items = [EventOut.of(event.frame(session_key)) for event in page.items]
    return EventList(events=items, metadata=page.metadata)


@router.post(
    "",
    response={201: EventsOut, 502: ErrorBody},
    operation_id="createAgentInput",
    openapi_extra=_BODY | documented(201),
)
async def create_events(request: ApiRequest, agent_key: str, session_key: str) -> Any:
    """Give the agent an input, and get all events that come of it.

    With `stream_response` they come as server-sent events while they happen.
    """
    session = await threads.run(session_of, request, agent_key, session_key)
    # Joined before the input is stored, so that nothing which comes of it is missed.
    watch = await bus.watch(session_topic(session.pk))
    try:
        taken = await threads.run(_take, request, session)
        response = await _answer(watch, session, taken, Guard(request, session.pk))
    except BaseException:
        await bus.unwatch(watch)
        raise
    if not isinstance(response, StreamingHttpResponse):
        await bus.unwatch(watch)
    return response


def _take(request: ApiRequest, session: Session) -> Taken:
    if is_form(request):
        return take_form(request, session, read_form(request))
    return take_input(request, session, parse_input(from_json(request.body)))


async def _answer(
    watch: Watch, session: Session, taken: Taken, guard: Guard
) -> StreamingHttpResponse | EventsOut:
    if taken.turn_id is None:
        frames = list(taken.events)
        if taken.streams:
            return sse_response(stream_values(watch, *map(wire, frames)))
    else:
        target = Target(session.pk, session.key, taken.turn_id, taken.since)
        if taken.streams:
            return sse_response(stream_turn(watch, target, guard))
        followed = follow(watch, target)
        frames = [frame async for frame in followed if isinstance(frame, EventFrame)]
        await guard.ask()
        _raise_if_failed(frames)
    return EventsOut(events=[EventOut.of(frame) for frame in frames], session_key=session.key)


def _raise_if_failed(frames: list[EventFrame]) -> None:
    failures = [frame.body for frame in frames if isinstance(frame.body, TurnFailed)]
    if not failures:
        return
    failure = failures[-1]
    if failure.reason == "agent_setup":
        raise Unprocessable(failure.message)
    raise TurnError(failure.message, reason=failure.reason)


@router.get("/{event_id}", response=EventOut, operation_id="getAgentEvent")
def get_event(request: ApiRequest, agent_key: str, session_key: str, event_id: str) -> EventOut:
    session = session_of(request, agent_key, session_key)
    rows = session.events.exclude(type__in=UNTOLD_TYPES)
    event = rows.filter(key=event_id).first()
    if event is None:
        raise NotFound("Event not found.", missing_id=event_id)
    return EventOut.of(event.frame(session_key))


@router.delete("/{event_id}", response={204: None}, operation_id="deleteAgentEvent")
def delete_event(request: ApiRequest, agent_key: str, session_key: str, event_id: str) -> None:
    session = session_of(request, agent_key, session_key)
    erase_event(session=session, key=event_id, actor=request.auth.user)


@router.post("/{event_id}/hide", response=EventOut, operation_id="hideAgentEvent")
def hide(request: ApiRequest, agent_key: str, session_key: str, event_id: str) -> EventOut:
    session = session_of(request, agent_key, session_key)
    event = hide_event(session=session, key=event_id, actor=request.auth.user)
    return EventOut.of(event.frame(session_key))


@router.post("/{event_id}/unhide", response=EventOut, operation_id="unhideAgentEvent")
def unhide(request: ApiRequest, agent_key: str, session_key: str, event_id: str) -> EventOut:
    session = session_of(request, agent_key, session_key)
    event = unhide_event(session=session, key=event_id, actor=request.auth.user)
    return EventOut.of(event.frame(session_key))
