"""/v2/tools: functions people wrote, what tool servers offer, and the built-in ones."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, get_args

from ninja import Query
from pydantic import Field

from chatapp.api.auth import ApiRequest
from chatapp.api.idempotent import idempotent
from chatapp.api.pagination import FilterQuery, matcher, page_of_places
from chatapp.api.roles import Area
from chatapp.api.routing import ApiRouter, admin_only
from chatapp.api.schemas.tools import BUILT_IN, ToolIn, ToolList, ToolOut, ToolPatch
from chatapp.api.schemas.trials import (
    FunctionTest,
    FunctionTestOut,
    ToolTest,
    ToolTestOut,
    limits_of,
)
from chatapp.api.threads import threads
from chatapp.errors import InvalidInput
from chatapp.models import Tool
from chatapp.services import tools
from chatapp.tools import base
from chatapp.tools.lambdas import try_function, validate_code

router = ApiRouter(Area.AGENTS, "Tools", "/tools")

ToolType = Literal[
    "dynamic_vectara",
    "mcp",
    "corpora_search",
    "web_search",
    "web_get",
    "lambda",
    "sub_agent",
    "artifact_create",
    "artifact_read",
    "artifact_grep",
    "image_read",
    "document_conversion",
    "get_document_text",
    "structured_indexing",
]
# Listed without being rows. Clients know these types: another would make a list unreadable to them.
BUILT_IN_TYPES = frozenset(get_args(ToolType)) - {
    *("dynamic_vectara", "mcp", "lambda", "structured_indexing")
}


class ToolQuery(FilterQuery):
    limit: Annotated[int, Field(ge=1, le=100)] = 50
    type: ToolType | None = None
    enabled: bool | None = None
    tool_server_id: str | None = None
    category: list[str] = []


@router.get("", response=ToolList, operation_id="listTools")
def list_tools(request: ApiRequest, query: Query[ToolQuery]) -> ToolList:
    """Those of people and servers, newest first; then the built-in ones, by name."""
    places = [*_places_of_rows(query), *_places_of_built_in(query)]
    page = page_of_places(places, query, scope="tools")
    rows = Tool.objects.select_related("server").in_bulk(
        [-place for kind, place in page.items if kind == 0]
    )
    items = [
        ToolOut.of(rows[-place]) if kind == 0 else ToolOut.of_built_in(base.Tool.registry[place])
        for kind, place in page.items
        if kind == 1 or -place in rows
    ]
    return ToolList(tools=items, metadata=page.metadata)


def _places_of_rows(query: ToolQuery) -> Iterator[tuple[int, Any]]:
    rows = Tool.objects.all()
    if query.type:
        rows = rows.filter(type=query.type)
    if query.enabled is not None:
        rows = rows.filter(enabled=query.enabled)
    if query.tool_server_id:
        rows = rows.filter(server__key=query.tool_server_id)
    if query.category:
        rows = rows.filter(category__in=query.category)
    found = matcher(query.filter or "")
    for pk, name, description in rows.values_list("pk", "name", "description"):
        if found(name) or found(description):
            yield 0, -pk


def _places_of_built_in(query: ToolQuery) -> Iterator[tuple[int, Any]]:
    if query.enabled is False or query.tool_server_id:
        return
    if query.category and "built_in" not in query.category:
        return
    found = matcher(query.filter or "")
    for name, kind in base.Tool.registry.items():
        wanted = name in BUILT_IN_TYPES and query.type in (None, name)
        if wanted and (found(name) or found(kind().description())):
            yield 1, name


@router.post("", response={201: ToolOut}, operation_id="createTool")
@admin_only
@idempotent
def create_tool(request: ApiRequest, body: ToolIn) -> Any:
    tool = tools.create_lambda(
        author=request.auth.user,
        name=body.name,
        title=body.title,
        description=body.description,
        code=body.code,
        signature=signature_of(body.code),
        execution_configuration=body.execution_configuration.model_dump(),
    )
    return ToolOut.of(tool)


@router.post("/test", response=FunctionTestOut, operation_id="testLambdaToolWithoutCreation")
@admin_only
async def try_code(request: ApiRequest, body: FunctionTest) -> FunctionTestOut:
    """Run code once, in the sandbox, without keeping it."""
    limits = limits_of(body.execution_configuration.model_dump(), body.timeout_seconds)
    trial = await try_function(code=body.code, arguments=body.test_input, limits=limits)
    return FunctionTestOut.of(trial)


@router.get("/{tool_id}", response=ToolOut, operation_id="getTool")
def get_tool(request: ApiRequest, tool_id: str) -> ToolOut:
    name = tool_id.removeprefix(BUILT_IN)
    if tool_id != name and name in BUILT_IN_TYPES and name in base.Tool.registry:
        return ToolOut.of_built_in(base.Tool.registry[name])
    return ToolOut.of(Tool.objects.named(tool_id))


@router.patch("/{tool_id}", response=ToolOut, operation_id="updateTool")
@admin_only
def update_tool(request: ApiRequest, tool_id: str, patch: ToolPatch) -> ToolOut:
    tool = Tool.objects.named(tool_id)
    if patch.type != tool.type:
        raise InvalidInput(f"This tool is of type {tool.type!r}.", {"type": "Not its type."})
    changes = patch.changes()
    signature = signature_of(changes["code"]) if "code" in changes else None
    tool = tools.update_tool(
        tool=tool, actor=request.auth.user, changes=changes, signature=signature
    )
    return ToolOut.of(tool)


@router.delete("/{tool_id}", response={204: None}, operation_id="deleteTool")
@admin_only
def delete_tool(request: ApiRequest, tool_id: str) -> None:
    tools.delete_tool(tool=Tool.objects.named(tool_id), actor=request.auth.user)


@router.post("/{tool_id}/test", response=ToolTestOut, operation_id="testTool")
@admin_only
async def try_tool(request: ApiRequest, tool_id: str, body: ToolTest) -> ToolTestOut:
    """Run a function once with this input."""
    tool = await threads.run(Tool.objects.named, tool_id)
    if tool.type != Tool.Type.LAMBDA:
        raise InvalidInput("Only functions (lambda) can be tested.")
    limits = limits_of(tool.execution_configuration, body.timeout_seconds)
    return ToolTestOut.of(await try_function(code=tool.code, arguments=body.input, limits=limits))


def signature_of(code: str) -> tools.Signature:
    found = validate_code(code)
    return tools.Signature(found.input_schema, found.output_schema, found.errors)
