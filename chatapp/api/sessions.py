"""/v2/agents/{agent_key}/sessions."""

from typing import Any

from ninja import Query

from chatapp.api.auth import ApiRequest
from chatapp.api.idempotent import idempotent
from chatapp.api.pagination import FilterQuery, page_of
from chatapp.api.roles import Area, Level
from chatapp.api.routing import ApiRouter
from chatapp.api.schemas.sessions import (
    FromSession,
    SessionIn,
    SessionList,
    SessionOut,
    SessionPatch,
)
from chatapp.errors import NotAllowed, NotFound
from chatapp.models import Agent, Session
from chatapp.services import sessions
from chatapp.services.forks import fork_session
from chatapp.services.metadata import check_start

router = ApiRouter(Area.SESSIONS, "Sessions", "/agents/{agent_key}/sessions")


def session_of(request: ApiRequest, agent_key: str, session_key: str) -> Session:
    """The caller's own session with this agent. Raises NotFound."""
    session = Session.objects.access(request.auth.user, session_key)
    if session.agent.key != agent_key:
        raise NotFound("Session not found.", missing_id=session_key)
    return session


@router.get("", response=SessionList, operation_id="listAgentSessions")
def list_sessions(request: ApiRequest, agent_key: str, query: Query[FilterQuery]) -> SessionList:
    agent = _agent(request, agent_key)
    rows = Session.objects.visible_to(request.auth.user).filter(agent=agent)
    scope = f"sessions.{request.auth.user.pk}.{agent.pk}"
    page = page_of(rows, query, scope=scope, matches=query.of_rows())
    items = [SessionOut.of(session, agent_key) for session in page.items]
    return SessionList(sessions=items, metadata=page.metadata)


@router.post("", response={201: SessionOut}, operation_id="createAgentSession")
@idempotent
def create_session(request: ApiRequest, agent_key: str, body: SessionIn) -> Any:
    agent = Agent.objects.access(request.auth.user, agent_key)
    if not request.auth.user.is_admin:
        check_start(body.metadata, agent.metadata_schema)
    if body.from_session:
        session = _fork(request, agent, body, body.from_session)
    else:
        session = sessions.create_session(
            agent=agent, owner=request.auth.user, origin=Session.Origin.API, **body.fields()
        )
    return SessionOut.of(session, agent_key)


def _fork(request: ApiRequest, agent: Agent, body: SessionIn, source: FromSession) -> Session:
    agent_key = source.agent_key or agent.key
    if not request.auth.grant.allows(Area.SESSIONS, Level.READ, {"agent_key": agent_key}):
        raise NotAllowed("The roles of this API key do not allow this.")
    return fork_session(
        source=session_of(request, agent_key, source.session_key),
        agent=agent,
        owner=request.auth.user,
        include_up_to_event_id=source.include_up_to_event_id,
        compact_up_to_event_id=source.compact_up_to_event_id,
        origin=Session.Origin.API,
        **body.fields(),
    )


def _agent(request: ApiRequest, agent_key: str) -> Agent:
    """One that may be talked to; or that was, so that its sessions stay within reach."""
    user = request.auth.user
    agent = Agent.objects.filter(key=agent_key, sessions__owner=user).first()
    return agent or Agent.objects.access(user, agent_key)


@router.get("/{session_key}", response=SessionOut, operation_id="getAgentSession")
def get_session(request: ApiRequest, agent_key: str, session_key: str) -> SessionOut:
    return SessionOut.of(session_of(request, agent_key, session_key), agent_key)


@router.patch("/{session_key}", response=SessionOut, operation_id="updateAgentSession")
def update_session(
    request: ApiRequest, agent_key: str, session_key: str, patch: SessionPatch
) -> SessionOut:
    session = session_of(request, agent_key, session_key)
    changes = patch.model_dump(exclude_unset=True)
    actor = request.auth.user
    if "metadata" in changes:
        metadata = _merged(session.metadata, changes.pop("metadata"))
        session = sessions.set_metadata(session=session, metadata=metadata, actor=actor)
    if changes := _without_nulls(changes):
        session = sessions.update_session(session=session, **changes)
    return SessionOut.of(session, agent_key)


def _merged(metadata: dict[str, Any], patch: dict[str, Any] | None) -> dict[str, Any]:
    if patch is None:
        return {}
    merged = {**metadata, **patch}
    return {name: value for name, value in merged.items() if patch.get(name, value) is not None}


def _without_nulls(changes: dict[str, Any]) -> dict[str, Any]:
    """A null clears what may be empty, and leaves the rest as it is."""
    cleared = {"description": "", "tti_minutes": 0}
    return {
        name: cleared.get(name) if value is None else value
        for name, value in changes.items()
        if value is not None or name in cleared
    }


@router.delete("/{session_key}", response={204: None}, operation_id="deleteAgentSession")
def delete_session(request: ApiRequest, agent_key: str, session_key: str) -> None:
    """For good, with its events and artifacts."""
    session = session_of(request, agent_key, session_key)
    sessions.purge_sessions(Session.objects.filter(pk=session.pk))
