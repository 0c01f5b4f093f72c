"""/v2/tool_servers: for administrators, since they say where agents reach out to."""

from typing import Any, Literal

from ninja import Query

from chatapp.api.auth import ApiRequest
from chatapp.api.idempotent import idempotent
from chatapp.api.pagination import FilterQuery, page_of
from chatapp.api.roles import Area
from chatapp.api.routing import ApiRouter, admin_only
from chatapp.api.schemas.tools import (
    ToolServerIn,
    ToolServerList,
    ToolServerOut,
    ToolServerPatch,
)
from chatapp.api.threads import threads
from chatapp.models import ToolServer
from chatapp.services import tool_servers
from chatapp.tools.servers import sync_server, sync_soon

router = ApiRouter(Area.AGENTS, "Tool servers", "/tool_servers")


class ToolServerQuery(FilterQuery):
    type: Literal["mcp"] | None = None
    enabled: bool | None = None


@router.get("", response=ToolServerList, operation_id="listToolServers")
@admin_only
def list_servers(request: ApiRequest, query: Query[ToolServerQuery]) -> ToolServerList:
    rows = ToolServer.objects.all()
    if query.enabled is not None:
        rows = rows.filter(enabled=query.enabled)
    page = page_of(rows, query, scope="tool_servers", matches=query.of_rows())
    items = [ToolServerOut.of(server) for server in page.items]
    return ToolServerList(tool_servers=items, metadata=page.metadata)


@router.post("", response={201: ToolServerOut}, operation_id="createToolServer")
@admin_only
@idempotent
def create_server(request: ApiRequest, body: ToolServerIn) -> Any:
    """Add a server. What it offers is looked up at once, but not waited for."""
    server = tool_servers.create_server(author=request.auth.user, **body.fields())
    sync_soon(server=server, actor=request.auth.user)
    return ToolServerOut.of(server)


@router.get("/{tool_server_id}", response=ToolServerOut, operation_id="getToolServer")
@admin_only
def get_server(request: ApiRequest, tool_server_id: str) -> ToolServerOut:
    return ToolServerOut.of(ToolServer.objects.named(tool_server_id))


@router.patch("/{tool_server_id}", response=ToolServerOut, operation_id="updateToolServer")
@admin_only
def update_server(
    request: ApiRequest, tool_server_id: str, patch: ToolServerPatch
) -> ToolServerOut:
    server = tool_servers.update_server(
        server=ToolServer.objects.named(tool_server_id),
        actor=request.auth.user,
        changes=patch.changes(),
    )
    return ToolServerOut.of(server)


@router.delete("/{tool_server_id}", response={204: None}, operation_id="deleteToolServer")
@admin_only
def delete_server(request: ApiRequest, tool_server_id: str) -> None:
    server = ToolServer.objects.named(tool_server_id)
    tool_servers.delete_server(server=server, actor=request.auth.user)


@router.post("/{tool_server_id}/sync", response={204: None}, operation_id="syncToolServer")
@admin_only
async def sync(request: ApiRequest, tool_server_id: str) -> tuple[int, None]:
    """Make its tools what it offers now. One that has changed must be enabled again."""
    server = await threads.run(ToolServer.objects.named, tool_server_id)
    await sync_server(server=server, actor=request.auth.user, database=threads)
    return 204, None
