"""Schedules of agents and their executions."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from chatapp.api.pagination import ListMetadata
from chatapp.api.schemas.events import SkillInput, TextInput
from chatapp.models import Schedule, ScheduleExecution
from chatapp.services.agent_shapes import JSON, Key, Name, Shape

Description = Annotated[str, Field(max_length=10_000)]
Message = Annotated[list[SkillInput | TextInput], Field(min_length=1, max_length=100)]
Kept = Annotated[int, Field(ge=1, le=1000)]


class Interval(Shape):
    """An ISO 8601 duration of a minute or more: `PT6H`."""

    type: Literal["interval"]
    interval: Annotated[str, Field(max_length=50)]


class Cron(Shape):
    """Five fields, in UTC: `0 9 * * 1-5`."""

    type: Literal["cron"]
    cron_expression: Annotated[str, Field(max_length=200)]


Timing = Annotated[Interval | Cron, Field(discriminator="type")]


class ScheduleIn(Shape):
    key: Key | None = None
    name: Name
    description: Description = ""
    message: Message
    schedule: Timing
    enabled: bool = True
    session_metadata: JSON = {}
    max_executions_to_keep: Kept = 10

    def fields(self) -> dict[str, Any]:
        fields = self.model_dump(exclude={"schedule"})
        return {**fields, "timing": self.schedule.model_dump()}


class SchedulePatch(BaseModel):
    name: Name | None = None
    description: Description | None = None
    message: Message | None = None
    schedule: Timing | None = None
    enabled: bool | None = None
    session_metadata: JSON | None = None
    max_executions_to_keep: Kept | None = None

    def changes(self) -> dict[str, Any]:
        """Null clears description and metadata, and leaves the rest as it is."""
        cleared: dict[str, Any] = {"description": "", "session_metadata": {}}
        given = self.model_dump(exclude_unset=True)
        if "schedule" in given:
            given["timing"] = given.pop("schedule")
        return {
            name: cleared[name] if value is None else value
            for name, value in given.items()
            if value is not None or name in cleared
        }


class ScheduleOut(BaseModel):
    key: str
    agent_key: str
    name: str
    description: str
    message: list[JSON]
    schedule: JSON
    enabled: bool
    session_metadata: JSON
    max_executions_to_keep: int
    last_execution_at: datetime | None = None
    created_at: datetime

    @classmethod
    def of(cls, schedule: Schedule, agent_key: str) -> "ScheduleOut":
        return cls(
            key=schedule.key,
            agent_key=agent_key,
            name=schedule.name,
            description=schedule.description,
            message=schedule.message,
            schedule=schedule.timing,
            enabled=schedule.enabled,
            session_metadata=schedule.session_metadata,
            max_executions_to_keep=schedule.max_executions_to_keep,
            last_execution_at=schedule.last_run_at,
            created_at=schedule.created_at,
        )


class ScheduleList(BaseModel):
    schedules: list[ScheduleOut]
    metadata: ListMetadata


class ExecutionOut(BaseModel):
    schedule_key: str
    workflow_run_id: str
    session_key: str | None = None
    attempt: int
    status: str
    error_message: str | None = None
    executed_at: datetime

    @classmethod
    def of(cls, execution: ScheduleExecution, schedule_key: str) -> "ExecutionOut":
        return cls(
            schedule_key=schedule_key,
            workflow_run_id=execution.run_id,
            session_key=execution.session.key if execution.session else None,
            attempt=execution.attempt,
            status=execution.status,
            error_message=execution.error_message or None,
            executed_at=execution.executed_at,
        )


class ExecutionList(BaseModel):
    executions: list[ExecutionOut]
    metadata: ListMetadata
