"""Instructions and their versions."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from chatapp.api.pagination import ListMetadata
from chatapp.models import Instruction, InstructionVersion
from chatapp.services.agent_shapes import JSON, Name, Shape, Template

Description = Annotated[str, Field(max_length=10_000)]


class InstructionOut(BaseModel):
    type: Literal["initial"] = "initial"
    id: str
    name: str
    description: str
    template_type: str
    template: str
    version: int
    metadata: JSON
    enabled: bool
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, instruction: Instruction, version: InstructionVersion) -> "InstructionOut":
        return cls(
            id=instruction.key,
            name=instruction.name,
            description=instruction.description,
            template_type=version.template_type,
            template=version.template,
            version=version.number,
            metadata=instruction.metadata,
            enabled=instruction.enabled,
            created_at=instruction.created_at,
            updated_at=instruction.updated_at,
        )


class InstructionList(BaseModel):
    instructions: list[InstructionOut]
    metadata: ListMetadata


class InstructionIn(Shape):
    type: Literal["initial"]
    name: Name
    description: Description = ""
    template_type: Literal["velocity"] = "velocity"
    template: Template
    metadata: JSON = {}
    enabled: bool = True


class InstructionPatch(BaseModel):
    type: Literal["initial"]
    name: Name | None = None
    description: Description | None = None
    template_type: Literal["velocity"] | None = None
    template: Template | None = None
    metadata: JSON | None = None
    enabled: bool | None = None

    def changes(self) -> dict[str, Any]:
        """What is to change. Null clears description and metadata, and keeps the rest."""
        cleared: dict[str, Any] = {"description": "", "metadata": {}}
        given = self.model_dump(exclude_unset=True, exclude={"type", "template_type"})
        return {
            name: cleared[name] if value is None else value
            for name, value in given.items()
            if value is not None or name in cleared
        }


class InstructionTest(Shape):
    context: JSON = {}
    tools: Annotated[list[JSON], Field(max_length=1000)] = []


class InstructionTestOut(BaseModel):
    rendered_instruction: str
