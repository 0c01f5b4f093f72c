"""Sessions of agents, and the wish to fork one."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from chatapp.api.pagination import ListMetadata
from chatapp.models import Session
from chatapp.services.agent_shapes import Key, Shape

JSON = dict[str, Any]
SessionName = Annotated[str, Field(min_length=1, max_length=200)]
Description = Annotated[str, Field(max_length=10_000)]
Minutes = Annotated[int, Field(ge=0, le=2**53)]


class SessionOut(BaseModel):
    key: str
    agent_key: str
    name: str
    description: str
    metadata: JSON
    enabled: bool
    tti_minutes: int
    created_at: datetime
    updated_at: datetime
    current_step_name: str | None = None
    session_context_usage: JSON | None = None
    effective_compaction: JSON | None = None

    @classmethod
    def of(cls, session: Session, agent_key: str) -> "SessionOut":
        return cls(
            key=session.key,
            agent_key=agent_key,
            name=session.name,
            description=session.description,
            metadata=session.metadata,
            enabled=session.enabled,
            tti_minutes=session.tti_minutes,
            created_at=session.created_at,
            updated_at=session.updated_at,
            current_step_name=session.current_step_name or None,
            session_context_usage=session.usage or None,
            effective_compaction=session.effective_compaction or None,
        )


class SessionList(BaseModel):
    sessions: list[SessionOut]
    metadata: ListMetadata


class FromSession(Shape):
    """A session to copy from: all that is visible, or up to an event, or with a summary."""

    session_key: str
    agent_key: str | None = None
    include_up_to_event_id: str | None = None
    compact_up_to_event_id: str | None = None


class SessionIn(Shape):
    key: Key | None = None
    name: SessionName | None = None
    description: Description = ""
    metadata: JSON = {}
    enabled: bool = True
    tti_minutes: Minutes = 0
    from_session: FromSession | None = None

    def fields(self) -> dict[str, Any]:
        """Only what was given: a fork takes the rest from its source."""
        return self.model_dump(exclude={"from_session"}, exclude_unset=True)


class SessionPatch(BaseModel):
    """Only what is to change. `metadata` is merged; a null member of it deletes that member."""

    name: SessionName | None = None
    description: Description | None = None
    metadata: JSON | None = None
    enabled: bool | None = None
    tti_minutes: Minutes | None = None
