"""From what a caller says an agent should be to the columns of one, and back.

A patch is laid over the agent as the wire shows it, and the whole is checked again: so there is
one set of rules, and no patch leads where a create may not go.
"""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from pydantic import Field, ValidationError, model_validator

from chatapp.errors import InvalidInput, our_words
from chatapp.models import Agent
from chatapp.services.agent_shapes import (
    JSON,
    AgentModel,
    Compaction,
    FirstStep,
    Key,
    Name,
    Offloading,
    Shape,
    Skill,
    Step,
)
from chatapp.services.tool_shapes import ToolConfiguration

_MAX_MEMBERS = 200
_KEPT_IF_NULL = ("name", "model", "first_step_name", "tool_output_offloading")


class AgentDraft(Shape):
    """A whole agent. Its entry point is `first_step`, or `first_step_name` with `steps`."""

    key: Key | None = None
    name: Name
    description: Annotated[str, Field(max_length=10_000)] = ""
    model: AgentModel
    first_step: FirstStep | None = None
    first_step_name: Name | None = None
    steps: Annotated[dict[Name, Step], Field(max_length=_MAX_MEMBERS)] = {}
    tool_configurations: Annotated[
        dict[Key, ToolConfiguration], Field(max_length=_MAX_MEMBERS)
    ] = {}
    skills: Annotated[dict[Name, Skill], Field(max_length=_MAX_MEMBERS)] = {}
    compaction: Compaction | None = None
    tool_output_offloading: Offloading | None = None
    metadata: JSON = {}
    metadata_schema: JSON = {}
    starters: Annotated[list[str], Field(max_length=20)] = []
    enabled: bool = True

    @model_validator(mode="after")
    def _has_one_entry_point(self) -> "AgentDraft":
        if self.first_step is None and not (self.first_step_name and self.steps):
            raise ValueError("An agent needs a first_step, or a first_step_name with steps.")
        first_name = self.first_step_name or (self.first_step.name if self.first_step else "")
        if self.first_step and self.steps:
            self._check_both(self.first_step, first_name)
        elif self.first_step and first_name != self.first_step.name:
            raise ValueError(f"first_step_name {first_name!r} is not the name of first_step.")
        elif self.steps and first_name not in self.steps:
            raise ValueError(f"first_step_name {first_name!r} is not among the steps.")
        return self

    def _check_both(self, first_step: FirstStep, first_name: str) -> None:
        same = first_step.name == first_name and first_name in self.steps
        if not same or self.steps[first_name].stored() != step_columns(first_step):
            raise ValueError("first_step must be the step of `steps` that first_step_name names.")

    def columns(self) -> JSON:
        """Values for the columns of Agent, without the key."""
        steps = {name: step.stored() for name, step in self.steps.items()}
        first_name = self.first_step_name or ""
        if self.first_step:
            first_name = self.first_step.name
            steps[first_name] = step_columns(self.first_step)
        return {
            "name": self.name,
            "description": self.description,
            "model": self.model.stored(),
            "first_step_name": first_name,
            "steps": steps,
            "tool_configurations": _stored(self.tool_configurations),
            "skills": _stored(self.skills),
            "compaction": self.compaction.stored() if self.compaction else {},
            "tool_output_offloading": (
                self.tool_output_offloading.stored() if self.tool_output_offloading else {}
            ),
            "metadata": self.metadata,
            "metadata_schema": self.metadata_schema,
            "starters": self.starters,
            "enabled": self.enabled,
        }


def step_columns(step: Step) -> JSON:
    """A step under its name in `steps`: the name itself is the key there."""
    return {name: value for name, value in step.stored().items() if name != "name"}


def _stored(values: Mapping[str, Shape]) -> JSON:
    return {name: value.stored() for name, value in values.items()}


def parse_draft(value: Any) -> AgentDraft:
    """Raises InvalidInput, one field error for each thing that is wrong."""
    try:
        return AgentDraft.model_validate(value)
    except ValidationError as exc:
        errors = {
            ".".join(str(part) for part in item["loc"]) or "agent": our_words(item["msg"])
            for item in exc.errors()[:20]
        }
        field, message = next(iter(errors.items()))
        raise InvalidInput(f"{field}: {message}", errors) from exc


def as_draft(agent: Agent) -> JSON:
    """The agent as a create would have to say it."""
    fields = ("name", "description", "model", "first_step_name", "steps", "tool_configurations")
    more = ("skills", "compaction", "tool_output_offloading", "metadata", "metadata_schema")
    return {field: getattr(agent, field) for field in (*fields, *more, "starters", "enabled")}


def patched(draft: JSON, patch: Mapping[str, Any]) -> JSON:
    """`draft` with a PATCH laid over it (wire contract, §6): null clears, maps are merged."""
    result = dict(draft)
    for name, value in patch.items():
        if name in _KEPT_IF_NULL:
            result[name] = draft.get(name) if value is None else value
        elif name == "description":
            result[name] = value or ""
        elif name == "enabled":
            result[name] = True if value is None else value
        elif name in ("tool_configurations", "skills"):
            result[name] = _merged(draft[name], value, lambda old, new: new)
        elif name in ("metadata", "compaction"):
            result[name] = _merged(draft[name], value, lambda old, new: new, keep_null=True)
        elif name in ("metadata_schema", "starters"):
            result[name] = value
    return _with_steps(result, patch)


def _with_steps(draft: JSON, patch: Mapping[str, Any]) -> JSON:
    if "steps" in patch:
        draft["steps"] = _merged(draft["steps"], patch["steps"] or {}, _patched_step)
    first_step = patch.get("first_step")
    if isinstance(first_step, dict):
        name = draft["first_step_name"]
        steps = dict(draft["steps"])
        step = _patched_step(steps.pop(name, {}), first_step)
        name = step.pop("name", None) or name
        if name in steps:
            raise InvalidInput(
                f"There is another step named {name!r}.", {"first_step.name": "Taken."}
            )
        draft["steps"], draft["first_step_name"] = {name: step, **steps}, name
    return draft


def _patched_step(step: JSON | None, patch: Any) -> Any:
    if not isinstance(patch, dict):
        return patch
    merged = {**(step or {}), **patch}
    return {name: value for name, value in merged.items() if value is not None}


def _merged(
    old: JSON, new: Any, combine: Callable[[Any, Any], Any], *, keep_null: bool = False
) -> Any:
    """A null map clears, a null member goes; a member of `metadata` may be null itself."""
    if new is None:
        return {}
    if not isinstance(new, dict):
        return new
    merged = {**old, **{name: combine(old.get(name), value) for name, value in new.items()}}
    if keep_null:
        return merged
    return {name: value for name, value in merged.items() if new.get(name, value) is not None}
