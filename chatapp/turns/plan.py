"""What a turn needs before its first request: the agent as it is now, for this session.

All of it is read in one go, on a database thread.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from chatapp.errors import TurnError, Unprocessable
from chatapp.events.bodies import EventBody
from chatapp.events.frames import EventFrame
from chatapp.lib.database_threads import DatabaseThreads
from chatapp.llm.base import ImageInput, Provider
from chatapp.llm.retry import RetryPolicy
from chatapp.models import Event, Llm, Session
from chatapp.services.agent_secrets import open_secrets
from chatapp.services.llms import llm_for
from chatapp.services.references import resolve, scope_of, with_secrets
from chatapp.services.turns import Claim
from chatapp.tools.base import Tool, ToolContext
from chatapp.tools.images import images_of
from chatapp.tools.masking import MASK
from chatapp.tools.offloading import Offloading
from chatapp.tools.providers import provider_of
from chatapp.tools.toolbox import ConfiguredTool, Toolbox
from chatapp.turns.history import history_of
from chatapp.turns.loop import Step
from chatapp.turns.steps import Agent, rendered

MAX_EVENTS = 5_000
# How an agent says that any model will do.
ANY_MODEL = ("", "default")


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything of the agent, the session and the model that one turn runs with.

    `asked_name` is the model the agent asks for; `llm` is the one that serves it.
    """

    agent: Agent
    provider: Provider
    llm: Llm
    asked_name: str
    retry: RetryPolicy
    parameters: dict[str, Any]
    steps: dict[str, Step]
    first_step: str
    frames: list[EventFrame]
    images: dict[str, ImageInput] = field(default_factory=dict)

    @property
    def model_name(self) -> str:
        return self.llm.upstream_name or self.llm.name

    @property
    def substitute(self) -> str:
        """The default model, if none of the name the agent asks for is known here."""
        known = {self.llm.name, *self.llm.aliases, *ANY_MODEL}
        return "" if self.asked_name in known else self.llm.name

    @property
    def history(self) -> list[EventBody]:
        return history_of(self.frames)


def prepare(claim: Claim, database: DatabaseThreads) -> Plan:
    """Raises TurnError in words for the user when the agent cannot run as it is set up."""
    session = claim.session
    snapshot = _snapshot(claim)
    agent = Agent(snapshot, scope_of(snapshot, session))
    model = snapshot["model"]
    llm = llm_for(model.get("name", ""))
    frames = visible_frames(session)
    images = images_of(session, [frame.body for frame in frames])
    try:
        provider = provider_of(llm)
        steps = _steps(agent, claim, database, llm, images)
        retry = RetryPolicy.model_validate(model.get("retry_configuration") or {})
    except (Unprocessable, ValidationError) as exc:
        raise TurnError(
            "This agent is not set up rightly, so it cannot answer.",
            reason="agent_setup",
            detail=str(exc),
        ) from exc
    return Plan(
        agent=agent,
        provider=provider,
        llm=llm,
        asked_name=model.get("name", ""),
        retry=retry,
        parameters={**llm.parameters, **(model.get("parameters") or {})},
        steps=steps,
        first_step=agent.first_step(session.current_step_name),
        frames=frames,
        images=images,
    )


def visible_frames(session: Session) -> list[EventFrame]:
    """The session's latest events that the model may see, in order."""
    rows = Event.objects.filter(session=session).visible().order_by("-seq")[:MAX_EVENTS]
    return [event.frame(session.key) for event in reversed(rows)]


def _snapshot(claim: Claim) -> dict[str, Any]:
    version = claim.turn.agent_version
    if version is None:
        raise TurnError("This agent was never saved.", reason="agent_setup")
    snapshot: dict[str, Any] = version.snapshot
    return snapshot


def _steps(
    agent: Agent,
    claim: Claim,
    database: DatabaseThreads,
    llm: Llm,
    images: dict[str, ImageInput],
) -> dict[str, Step]:
    secrets = open_secrets(claim.session.agent)
    tools = configured_tools(agent, secrets)
    context = ToolContext(
        session=claim.session,
        turn_id=claim.turn.pk,
        tool_call_id="",
        configuration_name="",
        database=database,
        images=images,
    )
    offloading = Offloading.of(
        agent.snapshot.get("tool_output_offloading") or {},
        context_window=llm.context_window,
        can_read=any(tool.tool.name == "artifact_read" for tool in tools),
    )

    def toolbox(chosen: Sequence[ConfiguredTool]) -> Toolbox:
        return Toolbox(chosen, context, offloading=offloading, secrets=tuple(secrets.values()))

    return agent.steps(tools, toolbox)


def configured_tools(agent: Agent, secrets: Mapping[str, str]) -> list[ConfiguredTool]:
    """By name: PostgreSQL keeps no other order, and a model's cache wants the same each time."""
    scope = agent.scope
    opened = with_secrets(scope, secrets)
    hidden = with_secrets(scope, dict.fromkeys(secrets, MASK))
    tools = [
        _configured(name, configuration, scope, opened, hidden)
        for name, configuration in sorted(agent.snapshot["tool_configurations"].items())
    ]
    return [tool for tool in tools if tool is not None]


def _configured(
    name: str,
    configuration: dict[str, Any],
    scope: Mapping[str, Any],
    opened: Mapping[str, Any],
    hidden: Mapping[str, Any],
) -> ConfiguredTool | None:
    kind = Tool.registry.get(configuration.get("type", ""))
    if kind is None:
        raise Unprocessable(f"There is no tool of type {configuration.get('type')!r}.")
    try:
        resolved = resolve(configuration, opened)
        shown = resolve(configuration.get("argument_override") or {}, hidden)
    except Unprocessable as exc:
        raise Unprocessable(f"Tool {name!r}: {exc.message}") from exc
    tool = kind(resolved)
    if not tool.load():
        return None
    template = configuration.get("description_template")
    return ConfiguredTool(
        name=name,
        tool=tool,
        description=rendered(template, scope, f"Description of {name!r}")
        if template
        else tool.description(),
        configuration=resolved,
        locked=resolved.get("argument_override") or {},
        shown=shown,
    )
