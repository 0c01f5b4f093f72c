"""/v2/agents/{agent_key}/schedules: the caller's own."""

from typing import Any

from ninja import Query

from chatapp.api.auth import ApiRequest
from chatapp.api.idempotent import idempotent
from chatapp.api.pagination import PageQuery, page_of
from chatapp.api.roles import Area
from chatapp.api.routing import ApiRouter
from chatapp.api.schemas.schedules import (
    ExecutionList,
    ExecutionOut,
    ScheduleIn,
    ScheduleList,
    ScheduleOut,
    SchedulePatch,
)
from chatapp.models import Agent, Schedule
from chatapp.services import schedules

router = ApiRouter(Area.SESSIONS, "Schedules", "/agents/{agent_key}/schedules")


def _schedule(request: ApiRequest, agent_key: str, schedule_key: str) -> Schedule:
    agent = Agent.objects.access(request.auth.user, agent_key)
    return Schedule.objects.access(request.auth.user, agent, schedule_key)


@router.get("", response=ScheduleList, operation_id="listAgentSchedules")
def list_schedules(request: ApiRequest, agent_key: str, query: Query[PageQuery]) -> ScheduleList:
    agent = Agent.objects.access(request.auth.user, agent_key)
    rows = Schedule.objects.visible_to(request.auth.user).filter(agent=agent)
    page = page_of(rows, query, scope=f"schedules.{request.auth.user.pk}.{agent.pk}")
    items = [ScheduleOut.of(schedule, agent_key) for schedule in page.items]
    return ScheduleList(schedules=items, metadata=page.metadata)


@router.post("", response={201: ScheduleOut}, operation_id="createAgentSchedule")
@idempotent
def create_schedule(request: ApiRequest, agent_key: str, body: ScheduleIn) -> Any:
    agent = Agent.objects.access(request.auth.user, agent_key)
    schedule = schedules.create_schedule(agent=agent, owner=request.auth.user, **body.fields())
    return ScheduleOut.of(schedule, agent_key)


@router.get("/{schedule_key}", response=ScheduleOut, operation_id="getAgentSchedule")
def get_schedule(request: ApiRequest, agent_key: str, schedule_key: str) -> ScheduleOut:
    return ScheduleOut.of(_schedule(request, agent_key, schedule_key), agent_key)


@router.patch("/{schedule_key}", response=ScheduleOut, operation_id="updateAgentSchedule")
def update_schedule(
    request: ApiRequest, agent_key: str, schedule_key: str, patch: SchedulePatch
) -> ScheduleOut:
    schedule = _schedule(request, agent_key, schedule_key)
    schedule = schedules.update_schedule(schedule=schedule, changes=patch.changes())
    return ScheduleOut.of(schedule, agent_key)


@router.delete("/{schedule_key}", response={204: None}, operation_id="deleteAgentSchedule")
def delete_schedule(request: ApiRequest, agent_key: str, schedule_key: str) -> None:
    schedules.delete_schedule(schedule=_schedule(request, agent_key, schedule_key))


@router.get(
    "/{schedule_key}/executions",
    response=ExecutionList,
    operation_id="listAgentScheduleExecutions",
)
def list_executions(
    request: ApiRequest, agent_key: str, schedule_key: str, query: Query[PageQuery]
) -> ExecutionList:
    schedule = _schedule(request, agent_key, schedule_key)
    rows = schedule.executions.select_related("session")
    page = page_of(rows, query, scope=f"executions.{schedule.pk}")
    items = [ExecutionOut.of(execution, schedule_key) for execution in page.items]
    return ExecutionList(executions=items, metadata=page.metadata)
