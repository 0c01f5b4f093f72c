"""Tools and tool servers."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from chatapp.api.pagination import ListMetadata
from chatapp.models import Tool, ToolServer
from chatapp.services.agent_shapes import JSON, Shape
from chatapp.tools.base import Tool as BuiltInTool

Headers = dict[
    Annotated[str, Field(pattern=r"^[0-9a-zA-Z_-]{1,100}$")],
    Annotated[str, Field(max_length=4000, pattern=r"^[^\r\n]*$")],
]
BUILT_IN = "tol_"


class ExecutionConfiguration(Shape):
    max_execution_time_seconds: Annotated[int, Field(ge=1, le=300)] = 30
    max_memory_mb: Annotated[int, Field(ge=10, le=1024)] = 100


class FunctionDefinition(BaseModel):
    language: Literal["python"] = "python"
    code: str
    validation_status: str | None = None
    validation_errors: list[str]
    execution_configuration: ExecutionConfiguration


# Inside ToolOut, `type` is a member.
BuiltInKind = type[BuiltInTool[Any]]


class ToolOut(BaseModel):
    """A built-in tool, a function (`lambda`) or a tool of a server (`mcp`)."""

    type: str
    id: str
    name: str
    title: str | None = None
    description: str
    enabled: bool
    category: str | None = None
    input_schema: JSON
    output_schema: JSON | None = None
    language: Literal["python"] | None = None
    function_definition: FunctionDefinition | None = None
    server_id: str | None = None
    annotations: JSON | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None

    @classmethod
    def of(cls, tool: Tool) -> "ToolOut":
        members: dict[str, Any] = {}
        if tool.type == Tool.Type.LAMBDA:
            members = {"language": "python", "function_definition": _definition(tool)}
        if tool.server:
            members = {"server_id": tool.server.key, "annotations": tool.annotations or None}
        return cls(
            type=tool.type,
            id=tool.key,
            name=tool.name,
            title=tool.title or None,
            description=tool.description,
            enabled=tool.enabled,
            category=tool.category or None,
            input_schema=tool.input_schema,
            output_schema=tool.output_schema or None,
            created_at=tool.created_at,
            updated_at=tool.updated_at,
            **members,
        )

    @classmethod
    def of_built_in(cls, kind: BuiltInKind) -> "ToolOut":
        tool = kind()
        return cls(
            type=kind.name,
            id=f"{BUILT_IN}{kind.name}",
            name=kind.name,
            title=kind.title or kind.name.replace("_", " ").capitalize(),
            description=tool.description(),
            enabled=True,
            category="built_in",
            input_schema=tool.input_schema(),
        )


def _definition(tool: Tool) -> FunctionDefinition:
    return FunctionDefinition(
        code=tool.code,
        validation_status=tool.validation_status or None,
        validation_errors=tool.validation_errors,
        execution_configuration=ExecutionConfiguration(**tool.execution_configuration),
    )


class ToolList(BaseModel):
    tools: list[ToolOut]
    metadata: ListMetadata


Title = Annotated[str, Field(min_length=1, max_length=255)]
Description = Annotated[str, Field(min_length=1, max_length=5000)]
Code = Annotated[str, Field(min_length=1, max_length=100_000)]


class ToolIn(Shape):
    type: Literal["lambda"]
    name: Annotated[str, Field(pattern=r"^[a-zA-Z0-9_-]{1,50}$")]
    title: Annotated[str, Field(min_length=1, max_length=128)]
    description: Description
    language: Literal["python"] = "python"
    code: Code
    execution_configuration: ExecutionConfiguration = ExecutionConfiguration()


class ToolPatch(Shape):
    """Of an `mcp` tool only `enabled` can change."""

    type: Literal["lambda", "mcp"]
    enabled: bool | None = None
    title: Title | None = None
    description: Description | None = None
    code: Code | None = None
    execution_configuration: ExecutionConfiguration | None = None

    def changes(self) -> dict[str, Any]:
        """Columns that are to change; of a server's tool only `enabled` can."""
        given = self.model_dump(exclude={"type"}, exclude_none=True)
        return {n: v for n, v in given.items() if self.type == "lambda" or n == "enabled"}


class BearerAuth(Shape):
    type: Literal["bearer"]
    token: Annotated[str, Field(max_length=10_000)]


class HeaderAuth(Shape):
    type: Literal["header"]
    header: Annotated[str, Field(pattern=r"^[0-9a-zA-Z_-]{1,100}$")]
    value: Annotated[str, Field(max_length=10_000, pattern=r"^[^\r\n]*$")]


class ClientCredentialsAuth(Shape):
    type: Literal["oauth_client_credentials"]
    client_id: Annotated[str, Field(max_length=1000)]
    client_secret: Annotated[str, Field(max_length=10_000)]
    token_endpoint: Annotated[str, Field(max_length=2000)]
    scopes: Annotated[list[str], Field(max_length=100)] = []


RemoteAuth = Annotated[BearerAuth | HeaderAuth | ClientCredentialsAuth, Field(discriminator="type")]
ServerName = Annotated[str, Field(min_length=1, max_length=50)]
Uri = Annotated[str, Field(min_length=1, max_length=2000)]
Text = Annotated[str, Field(max_length=10_000)]
Transport = Literal["sse", "streamable-http"]


class ToolServerIn(Shape):
    """Only servers that run elsewhere: nothing is ever started here."""

    name: ServerName
    type: Literal["mcp"]
    uri: Uri
    transport: Transport = "sse"
    description: Text = ""
    headers: Headers = {}
    auth: RemoteAuth | None = None
    enabled: bool = True
    metadata: JSON = {}

    def fields(self) -> dict[str, Any]:
        fields = self.model_dump(exclude={"type", "auth"})
        return {**fields, "auth": self.auth.model_dump() if self.auth else {}}


class ToolServerPatch(BaseModel):
    name: ServerName | None = None
    uri: Uri | None = None
    transport: Transport | None = None
    description: Text | None = None
    headers: Headers | None = None
    auth: RemoteAuth | None = None
    enabled: bool | None = None
    metadata: JSON | None = None

    def changes(self) -> dict[str, Any]:
        """Null clears what may be empty, and leaves the rest as it is."""
        cleared: dict[str, Any] = {"description": "", "headers": {}, "auth": {}, "metadata": {}}
        given = self.model_dump(exclude_unset=True)
        return {
            name: cleared[name] if value is None else value
            for name, value in given.items()
            if value is not None or name in cleared
        }


class ToolServerOut(BaseModel):
    """`auth` is written, never read back."""

    id: str
    name: str
    type: Literal["mcp"] = "mcp"
    description: str
    uri: str
    headers: dict[str, str]
    transport: str
    enabled: bool
    metadata: JSON
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, server: ToolServer) -> "ToolServerOut":
        return cls(
            id=server.key,
            name=server.name,
            description=server.description,
            uri=server.uri,
            headers=server.headers,
            transport=server.transport,
            enabled=server.enabled,
            metadata=server.metadata,
            created_at=server.created_at,
            updated_at=server.updated_at,
        )


class ToolServerList(BaseModel):
    tool_servers: list[ToolServerOut]
    metadata: ListMetadata
