"""What a turn needs before its first request: the agent as it is now, for this session.

All of it is read in one go, on a database thread.
"""

from dataclasses import asdict, dataclass
from typing import Any

import structlog
from django.utils import timezone

from chatapp.errors import TurnError, Unprocessable
from chatapp.events.bodies import EventBody
from chatapp.events.frames import EventFrame
from chatapp.lib import velocity
from chatapp.lib.database_threads import DatabaseThreads
from chatapp.llm.base import OutputSchema, Provider
from chatapp.llm.retry import RetryPolicy
from chatapp.models import Event, Instruction, Llm, ModelCall, Session
from chatapp.services.llms import llm_for
from chatapp.services.turns import Claim
from chatapp.tools.base import Tool, ToolContext
from chatapp.tools.overrides import resolve
from chatapp.tools.toolbox import ConfiguredTool, Toolbox
from chatapp.turns.happenings import Asked
from chatapp.turns.history import history_of
from chatapp.turns.loop import Step

log = structlog.get_logger(__name__)
MAX_EVENTS = 5_000
MASK = "••••"


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything of the agent, the session and the model that one turn runs with."""

    provider: Provider
    llm: Llm
    retry: RetryPolicy
    model_name: str
    parameters: dict[str, Any]
    steps: dict[str, Step]
    first_step: str
    toolbox: Toolbox
    frames: list[EventFrame]

    @property
    def history(self) -> list[EventBody]:
        return history_of(self.frames)


def prepare(claim: Claim, database: DatabaseThreads) -> Plan:
    """Raises TurnError in words for the user when the agent cannot run as it is set up."""
    session = claim.session
    agent = _snapshot(claim)
    model = agent["model"]
    llm = llm_for(model.get("name", ""))
    try:
        toolbox = _toolbox(agent, claim, database)
        steps = {
            name: _step(name, step, agent, session, toolbox)
            for name, step in agent["steps"].items()
        }
    except (velocity.VelocityError, Unprocessable) as exc:
        raise TurnError(
            "This agent is not set up rightly, so it cannot answer.",
            reason="agent_setup",
            detail=str(exc),
        ) from exc
    first = session.current_step_name or agent["first_step_name"]
    return Plan(
        provider=provider_of(llm),
        llm=llm,
        retry=RetryPolicy.model_validate(model.get("retry_configuration") or {}),
        model_name=llm.upstream_name or llm.name,
        parameters={**llm.parameters, **(model.get("parameters") or {})},
        steps=steps,
        first_step=first if first in steps else agent["first_step_name"],
        toolbox=toolbox,
        frames=visible_frames(session),
    )


def provider_of(llm: Llm) -> Provider:
    kind = Provider.registry.get(llm.provider)
    if kind is None:
        raise TurnError(
            "This agent's language model is not set up rightly.",
            reason="agent_setup",
            detail=f"There is no provider {llm.provider!r}.",
        )
    return kind(base_url=llm.base_url, api_key=llm.secret, options=llm.options)


def visible_frames(session: Session) -> list[EventFrame]:
    """The session's latest events that the model may see, in order."""
    rows = Event.objects.filter(session=session).visible().order_by("-seq")[:MAX_EVENTS]
    return [event.frame(session.key) for event in reversed(rows)]


def scope_of(agent: dict[str, Any], session: Session) -> dict[str, Any]:
    """What templates and references may speak of."""
    return {
        "session": {
            "key": session.key,
            "name": session.name,
            "description": session.description,
            "metadata": session.metadata,
        },
        "agent": {
            "key": agent["key"],
            "name": agent["name"],
            "description": agent["description"],
            "metadata": agent["metadata"],
        },
        "currentDate": timezone.now().replace(microsecond=0).isoformat().replace("+00:00", "Z"),
    }


def _snapshot(claim: Claim) -> dict[str, Any]:
    version = claim.turn.agent_version
    if version is None:
        raise TurnError("This agent was never saved.", reason="agent_setup")
    snapshot: dict[str, Any] = version.snapshot
    return snapshot


def _step(
    name: str, step: dict[str, Any], agent: dict[str, Any], session: Session, toolbox: Toolbox
) -> Step:
    allowed = step.get("allowed_tools")
    shown = [
        {"name": spec.name, "description": spec.description} for spec in toolbox.specs(allowed)
    ]
    scope = {**scope_of(agent, session), "tools": shown}
    texts = [
        velocity.render(_template(instruction), scope)
        for instruction in step.get("instructions") or []
        if instruction.get("enabled", True)
    ]
    return Step(
        name=name,
        instructions="\n\n".join(texts),
        allowed_tools=None if allowed is None else tuple(allowed),
        output_schema=_output_schema(step.get("output_parser") or {}),
        reentry_step=step.get("reentry_step") or "",
    )


def _template(instruction: dict[str, Any]) -> str:
    if instruction.get("type") != "reference":
        return str(instruction.get("template", ""))
    found = Instruction.objects.filter(key=instruction.get("id")).first()
    versions = found.versions.all() if found else None
    if versions and (number := instruction.get("version")):
        versions = versions.filter(number=number)
    version = versions.first() if versions else None
    if version is None:
        raise Unprocessable(f"There is no instruction {instruction.get('id')!r}.")
    return version.template


def _output_schema(parser: dict[str, Any]) -> OutputSchema | None:
    if parser.get("type") != "structured":
        return None
    schema = parser.get("json_schema") or {}
    return OutputSchema(
        name=schema.get("name", "answer"),
        schema=schema.get("schema") or {},
        description=schema.get("description") or "",
        strict=schema.get("strict", True) is not False,
    )


def _toolbox(agent: dict[str, Any], claim: Claim, database: DatabaseThreads) -> Toolbox:
    secrets = agent.get("secrets") or {}
    scope = scope_of(agent, claim.session)
    open_scope = {**scope, "agent": {**scope["agent"], "secrets": secrets}}
    masked_scope = {**scope, "agent": {**scope["agent"], "secrets": dict.fromkeys(secrets, MASK)}}
    tools = [
        _configured(name, configuration, scope, open_scope, masked_scope)
        for name, configuration in agent["tool_configurations"].items()
    ]
    context = ToolContext(
        session=claim.session,
        turn_id=claim.turn.pk,
        tool_call_id="",
        configuration_name="",
        database=database,
    )
    return Toolbox(tools, context)


def _configured(
    name: str,
    configuration: dict[str, Any],
    scope: dict[str, Any],
    open_scope: dict[str, Any],
    masked_scope: dict[str, Any],
) -> ConfiguredTool:
    kind = Tool.registry.get(configuration.get("type", ""))
    if kind is None:
        raise Unprocessable(f"There is no tool of type {configuration.get('type')!r}.")
    resolved = resolve(
        {k: v for k, v in configuration.items() if k != "description_template"}, open_scope
    )
    tool = kind(resolved)
    template = configuration.get("description_template")
    return ConfiguredTool(
        name=name,
        tool=tool,
        description=velocity.render(template, scope) if template else tool.description(),
        configuration=resolved,
        locked=resolved.get("argument_override") or {},
        shown=resolve(configuration.get("argument_override") or {}, masked_scope),
    )


def record_call(claim: Claim, plan: Plan, asked: Asked) -> None:
    """Keep what the model was shown, for staff to read."""
    request = asked.request
    ModelCall.objects.create(
        turn=claim.turn,
        number=claim.turn.model_calls.count() + 1,
        model_name=request.model,
        step_name=asked.step_name,
        instructions=request.instructions,
        tools=[
            {"name": spec.name, "description": spec.description, "input_schema": spec.input_schema}
            for spec in request.tools
        ],
        history=[frame.seq for frame in plan.frames],
        parameters=request.parameters,
        usage=asdict(asked.usage),
        first_token_ms=asked.first_token_ms,
        duration_ms=asked.duration_ms,
        outcome=asked.outcome,
    )
