"""What the JSON columns of an agent may hold: the wire contract's §6, §7 and §15 as classes.

Every door checks with them: the REST API, the admin, the demo. What no class names is kept for
tool configurations, whose members belong to the tools, and dropped elsewhere.
"""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

JSON = dict[str, Any]
Key = Annotated[str, Field(pattern=r"^[0-9a-zA-Z_-]{1,50}$")]
Name = Annotated[str, Field(min_length=1, max_length=50)]
Template = Annotated[str, Field(min_length=1, max_length=100_000)]


class Shape(BaseModel):
    """A null member is an absent one."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: member for name, member in value.items() if member is not None}
        return value

    def stored(self) -> JSON:
        """As it lies in the column: what was given, and no nulls."""
        return self.model_dump(mode="json", exclude_unset=True, exclude_none=True, by_alias=True)


class RetryConfiguration(Shape):
    enabled: bool = True
    max_retries: Annotated[int, Field(ge=0, le=10)] = 3
    initial_backoff_ms: Annotated[int, Field(ge=100, le=60_000)] = 1000
    max_backoff_ms: Annotated[int, Field(ge=1000, le=300_000)] = 30_000
    backoff_factor: Annotated[float, Field(ge=1, le=10)] = 2.0


class AgentModel(Shape):
    name: Annotated[str, Field(min_length=1, max_length=200)]
    parameters: JSON = {}
    retry_configuration: RetryConfiguration | None = None


class InlineInstruction(Shape):
    type: Literal["inline"] = "inline"
    name: Name
    template: Template
    template_type: Literal["velocity"] = "velocity"
    description: str = ""
    metadata: JSON = {}
    enabled: bool = True


class ReferenceInstruction(Shape):
    type: Literal["reference"] = "reference"
    id: str
    version: Annotated[int | None, Field(ge=1, le=2**31 - 1)] = None


StepInstruction = Annotated[InlineInstruction | ReferenceInstruction, Field(discriminator="type")]


class DefaultParser(Shape):
    type: Literal["default"] = "default"


class JsonSchemaSpec(Shape):
    name: Annotated[str, Field(min_length=1, max_length=200)]
    description: str | None = None
    strict: bool | None = None
    schema_: Annotated[JSON, Field(alias="schema")]


class StructuredParser(Shape):
    type: Literal["structured"] = "structured"
    json_schema: JsonSchemaSpec


OutputParser = Annotated[DefaultParser | StructuredParser, Field(discriminator="type")]


class TemplatedReminder(Shape):
    """`inline` is an older word for `templated`."""

    type: Literal["templated"] = "templated"
    template: Template
    template_type: Literal["velocity"] = "velocity"
    hooks: list[Literal["input_message", "tool_output"]] = ["input_message"]

    @model_validator(mode="before")
    @classmethod
    def _in_full(cls, value: Any) -> Any:
        if isinstance(value, dict):
            return {**value, "type": "templated", "hooks": value.get("hooks") or ["input_message"]}
        return value


class GlossaryReminder(Shape):
    """Its terms lie in the agent's `metadata.glossaries`, under this key."""

    type: Literal["glossary_expansion"] = "glossary_expansion"
    glossary_key: Annotated[str, Field(min_length=1, max_length=200)]


def _kind_of_reminder(value: Any) -> str:
    """That of a stored value, of one that is read, or none."""
    if isinstance(value, dict):
        kind = value.get("type")
        return "templated" if kind in (None, "inline") else str(kind)
    return str(getattr(value, "type", ""))


Reminder = Annotated[
    Annotated[TemplatedReminder, Tag("templated")]
    | Annotated[GlossaryReminder, Tag("glossary_expansion")],
    Discriminator(_kind_of_reminder),
]


class NextStep(Shape):
    condition: Annotated[str | None, Field(max_length=5000)] = None
    step_name: Name


class Step(Shape):
    """One step as it is stored, under its name, in `steps`."""

    type: str | None = None
    instructions: Annotated[list[StepInstruction], Field(max_length=50)] = []
    output_parser: OutputParser = DefaultParser()
    reminders: Annotated[list[Reminder] | None, Field(max_length=50)] = None
    next_steps: Annotated[list[NextStep] | None, Field(max_length=100)] = None
    allowed_tools: list[str] | None = None
    allowed_skills: list[str] | None = None
    reentry_step: Name | None = None

    def stored(self) -> JSON:
        value = super().stored()
        parser = self.output_parser.model_dump(mode="json", exclude_none=True, by_alias=True)
        return {**value, "instructions": _typed(self.instructions), "output_parser": parser}


class FirstStep(Step):
    name: Name = "main"


class Skill(Shape):
    description: Annotated[str, Field(max_length=500)]
    content: Annotated[str, Field(max_length=50_000)]


class Compaction(Shape):
    enabled: bool | None = None
    threshold_percent: Annotated[int | None, Field(ge=50, le=95)] = None
    keep_recent_inputs: Annotated[int | None, Field(ge=0, le=10_000)] = None
    compaction_message: Annotated[str | None, Field(max_length=50_000)] = None
    tool_event_policy: Literal["exclude", "include_outputs", "include_all"] | None = None


class Offloading(Shape):
    enabled: bool | None = None
    context_percentage: Annotated[float | None, Field(ge=0, le=100)] = None
    max_threshold_bytes: Annotated[int | None, Field(ge=0, le=2**40)] = None
    min_threshold_bytes: Annotated[int | None, Field(ge=0, le=2**40)] = None


def _typed(instructions: list[Any]) -> list[JSON]:
    """With their `type`, which is a default and so not among what was given."""
    return [{"type": value.type, **value.stored()} for value in instructions]
