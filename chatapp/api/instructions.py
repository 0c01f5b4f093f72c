"""/v2/instructions: for administrators, since they say how agents behave."""

from typing import Annotated, Any, Literal

from ninja import Query
from pydantic import BaseModel, Field

from chatapp.api.auth import ApiRequest
from chatapp.api.idempotent import idempotent
from chatapp.api.pagination import FilterQuery, page_of
from chatapp.api.roles import Area
from chatapp.api.routing import ApiRouter, admin_only
from chatapp.api.schemas.instructions import (
    InstructionIn,
    InstructionList,
    InstructionOut,
    InstructionPatch,
    InstructionTest,
    InstructionTestOut,
)
from chatapp.errors import NotFound
from chatapp.models import Instruction
from chatapp.services import instructions

router = ApiRouter(Area.AGENTS, "Instructions", "/instructions")


class InstructionQuery(FilterQuery):
    type: Literal["initial"] | None = None
    enabled: bool | None = None


class VersionQuery(BaseModel):
    version: Annotated[int | None, Field(ge=1, le=2**31 - 1)] = None


@router.get("", response=InstructionList, operation_id="listInstructions")
@admin_only
def list_instructions(request: ApiRequest, query: Query[InstructionQuery]) -> InstructionList:
    rows = Instruction.objects.all()
    if query.enabled is not None:
        rows = rows.filter(enabled=query.enabled)
    page = page_of(rows, query, scope="instructions", matches=query.of_rows())
    versions = instructions.latest_versions(page.items)
    items = [InstructionOut.of(row, versions[row.pk]) for row in page.items if row.pk in versions]
    return InstructionList(instructions=items, metadata=page.metadata)


@router.post("", response={201: InstructionOut}, operation_id="createInstruction")
@admin_only
@idempotent
def create_instruction(request: ApiRequest, body: InstructionIn) -> Any:
    fields = body.model_dump(exclude={"type", "template_type"})
    version = instructions.create_instruction(author=request.auth.user, **fields)
    return InstructionOut.of(version.instruction, version)


@router.get("/{instruction_id}", response=InstructionOut, operation_id="getInstruction")
@admin_only
def get_instruction(
    request: ApiRequest, instruction_id: str, query: Query[VersionQuery]
) -> InstructionOut:
    instruction = instructions.instruction_named(instruction_id)
    version = instructions.version_of(instruction, query.version)
    return InstructionOut.of(instruction, version)


@router.patch("/{instruction_id}", response=InstructionOut, operation_id="updateInstruction")
@admin_only
def update_instruction(
    request: ApiRequest, instruction_id: str, patch: InstructionPatch
) -> InstructionOut:
    version = instructions.update_instruction(
        key=instruction_id, author=request.auth.user, changes=patch.changes()
    )
    return InstructionOut.of(version.instruction, version)


@router.delete("/{instruction_id}", response={204: None}, operation_id="deleteInstruction")
@admin_only
def delete_instruction(request: ApiRequest, instruction_id: str) -> None:
    instructions.delete_instruction(key=instruction_id, actor=request.auth.user)


@router.post("/{instruction_id}/test", response=InstructionTestOut, operation_id="testInstruction")
@admin_only
def try_instruction(
    request: ApiRequest,
    instruction_id: str,
    query: Query[VersionQuery],
    body: InstructionTest | None = None,
) -> InstructionTestOut:
    given = body or InstructionTest()
    instruction = instructions.instruction_named(instruction_id)
    version = instructions.version_of(instruction, query.version)
    text = instructions.render_test(version=version, context=given.context, tools=given.tools)
    return InstructionTestOut(rendered_instruction=text)


@router.delete(
    "/{instruction_id}/versions/{version}",
    response={204: None},
    operation_id="deleteInstructionVersion",
)
@admin_only
def delete_version(request: ApiRequest, instruction_id: str, version: int) -> None:
    if not 0 < version < 2**31:
        raise NotFound("Instruction not found.", missing_id=instruction_id)
    instructions.delete_version(key=instruction_id, number=version, actor=request.auth.user)
