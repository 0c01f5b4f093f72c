"""The agent's steps for one turn: their texts rendered, their tools chosen, what follows them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chatapp.errors import TurnError, Unprocessable
from chatapp.events.bodies import (
    AgentOutput,
    EventBody,
    StepTransition,
    StructuredOutput,
    ToolOutput,
)
from chatapp.lib import conditions, velocity
from chatapp.lib.glossary import Glossary
from chatapp.llm.base import OutputSchema, Reminder
from chatapp.models import Instruction
from chatapp.services.glossaries import glossary_of
from chatapp.tools import skills
from chatapp.tools.skills import InvokeSkill
from chatapp.tools.toolbox import ConfiguredTool, Toolbox
from chatapp.turns.loop import Step

JSON = dict[str, Any]
MakeToolbox = Callable[[Sequence[ConfiguredTool]], Toolbox]


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent's version, with what its templates may speak of."""

    snapshot: Mapping[str, Any]
    scope: Mapping[str, Any]

    def steps(self, tools: Sequence[ConfiguredTool], toolbox: MakeToolbox) -> dict[str, Step]:
        """Raises Unprocessable when one cannot be made."""
        return {
            name: self._step(name, step, tools, toolbox)
            for name, step in self.snapshot["steps"].items()
        }

    def next_step(self, step: Step, told: Sequence[EventBody]) -> StepTransition | None:
        """Where the agent goes after a step: the first of its `next_steps` that holds."""
        following = self.snapshot["steps"][step.name].get("next_steps") or ()
        scope = {**self.scope, **_outcomes(told)} if following else {}
        for choice in following:
            if self._holds(choice.get("condition"), scope):
                name = choice["step_name"]
                if name not in self.snapshot["steps"]:
                    raise _not_set_up(f"Step {step.name!r} leads to {name!r}, which is not there.")
                return StepTransition(from_step=step.name, to_step=name)
        return None

    def first_step(self, current: str) -> str:
        steps, first = self.snapshot["steps"], str(self.snapshot["first_step_name"])
        name = current if current in steps else first
        if name not in steps:
            raise _not_set_up(f"There is no step {name!r}.")
        return name

    def step_after_turn(self, last: str) -> str:
        """Where the next turn begins; empty for the agent's first step."""
        name = self.snapshot["steps"].get(last, {}).get("reentry_step") or last
        return "" if name == self.snapshot["first_step_name"] else str(name)

    def _holds(self, condition: str | None, scope: Mapping[str, Any]) -> bool:
        if condition is None or not condition.strip():
            return True
        try:
            return conditions.parse(condition).holds(scope)
        except conditions.ConditionError as exc:
            raise _not_set_up(f"{condition!r}: {exc}") from exc

    def _step(
        self, name: str, step: JSON, tools: Sequence[ConfiguredTool], toolbox: MakeToolbox
    ) -> Step:
        chosen = [*_allowed(tools, step.get("allowed_tools")), *self._skills(step)]
        shown = [{"name": tool.name, "description": tool.description} for tool in chosen]
        scope = {**self.scope, "tools": shown}
        texts = [
            rendered(_template(instruction), scope, f"Instruction {number} of step {name!r}")
            for number, instruction in enumerate(step.get("instructions") or (), start=1)
            if instruction.get("enabled", True)
        ]
        return Step(
            name=name,
            instructions="\n\n".join(text for text in texts if text.strip()),
            tools=toolbox(chosen),
            output_schema=_output_schema(step.get("output_parser") or {}),
            reminders=tuple(_reminders(step, scope)),
            glossaries=tuple(_glossaries(step, scope)),
        )

    def _skills(self, step: JSON) -> list[ConfiguredTool]:
        allowed = step.get("allowed_skills")
        offered = {
            name: skill
            for name, skill in (self.snapshot.get("skills") or {}).items()
            if allowed is None or name in allowed
        }
        if not offered:
            return []
        tool = InvokeSkill.offering(offered)
        return [ConfiguredTool(skills.NAME, tool, tool.description())]


def rendered(template: str, scope: Mapping[str, Any], place: str) -> str:
    """Raises Unprocessable that says which template it is, and where in it."""
    try:
        return velocity.render(template, scope)
    except velocity.VelocityError as exc:
        raise Unprocessable(f"{place}: {exc}") from exc


def _allowed(
    tools: Sequence[ConfiguredTool], names: Sequence[str] | None
) -> Sequence[ConfiguredTool]:
    return tools if names is None else [tool for tool in tools if tool.name in names]


def _template(instruction: JSON) -> str:
    if instruction.get("type") != "reference":
        return str(instruction.get("template", ""))
    found = Instruction.objects.filter(key=instruction.get("id")).first()
    version = found.version(instruction.get("version")) if found else None
    if version is None:
        raise Unprocessable(f"There is no instruction {instruction.get('id')!r}.")
    return version.template


def _reminders(step: JSON, scope: Mapping[str, Any]) -> Iterator[Reminder]:
    for reminder in step.get("reminders") or ():
        if "template" in reminder:
            text = rendered(reminder["template"], scope, "A reminder")
            hooks = reminder.get("hooks") or ["input_message"]
            yield from (Reminder(text, hook) for hook in hooks)


def _glossaries(step: JSON, scope: Mapping[str, Any]) -> Iterator[Glossary]:
    for reminder in step.get("reminders") or ():
        if terms := glossary_of(scope["agent"]["metadata"], reminder.get("glossary_key", "")):
            yield Glossary(terms)


def _output_schema(parser: JSON) -> OutputSchema | None:
    if parser.get("type") != "structured":
        return None
    schema = parser.get("json_schema") or {}
    return OutputSchema(
        name=schema.get("name", "answer"),
        schema=schema.get("schema") or {},
        description=schema.get("description") or "",
        strict=schema.get("strict", True) is not False,
    )


def _outcomes(told: Sequence[EventBody]) -> JSON:
    """What conditions may ask about: the step's own output, and the latest of each tool."""
    output: JSON = {}
    tools: JSON = {}
    for body in told:
        match body:
            case AgentOutput():
                output = {"text": body.content}
            case StructuredOutput():
                output = body.content if isinstance(body.content, dict) else {"value": body.content}
            case ToolOutput():
                latest = {"outputs": {"latest": body.tool_output}}
                tools[body.tool_configuration_name] = latest
    return {"output": output, "tools": tools}


def _not_set_up(detail: str) -> TurnError:
    return TurnError(
        "This agent is not set up rightly, so it cannot answer.",
        reason="agent_setup",
        detail=detail,
    )
