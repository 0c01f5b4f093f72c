"""Tools that are rows: functions people wrote, and what tool servers offer.

Built-in tools are no rows; they stand in the registry of `tools/base.py`.
"""

from typing import Any, Self

from django.db import models

from chatapp.errors import NotFound
from chatapp.lib.keys import new_key
from chatapp.models.fields import SealedJSONField


def new_tool_key() -> str:
    return new_key("tol")


def new_tool_server_key() -> str:
    return new_key("tsr")


class ToolServerQuerySet(models.QuerySet["ToolServer"]):
    def named(self, key: str) -> "ToolServer":
        server = self.filter(key=key).first()
        if server is None:
            raise NotFound("Tool server not found.", missing_id=key)
        return server


class ToolServer(models.Model):
    """An MCP server whose tools agents may use. `auth` is written, never read back."""

    class Transport(models.TextChoices):
        SSE = "sse"
        STREAMABLE_HTTP = "streamable-http"

    key = models.CharField(max_length=50, unique=True, default=new_tool_server_key, editable=False)
    type = models.CharField(max_length=10, default="mcp", editable=False)
    name = models.CharField(max_length=100)
    description = models.TextField(blank=True)
    uri = models.CharField(max_length=2000)
    transport = models.CharField(max_length=20, choices=Transport, default=Transport.SSE)
    headers = SealedJSONField(blank=True, default=dict)
    auth = SealedJSONField(blank=True, default=dict, help_text="type and its members, sealed")
    metadata = models.JSONField(default=dict, blank=True)
    enabled = models.BooleanField(default=True)
    synced_at = models.DateTimeField(null=True, blank=True)
    sync_error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ToolServerQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        verbose_name = "MCP tool server"

    def __str__(self) -> str:
        return self.name


class ToolQuerySet(models.QuerySet["Tool"]):
    def usable(self) -> Self:
        """Enabled, and so is the server it comes from."""
        return self.filter(enabled=True).exclude(server__enabled=False)

    def named(self, key: str) -> "Tool":
        tool = self.select_related("server").filter(key=key).first()
        if tool is None:
            raise NotFound("Tool not found.", missing_id=key)
        return tool


class Tool(models.Model):
    """A function in Python (`lambda`) or a tool of a server (`mcp`)."""

    class Type(models.TextChoices):
        LAMBDA = "lambda"
        MCP = "mcp"

    class Validation(models.TextChoices):
        PENDING = "pending"
        VALID = "valid"
        INVALID = "invalid"

    key = models.CharField(max_length=50, unique=True, default=new_tool_key, editable=False)
    type = models.CharField(max_length=20, choices=Type)
    name = models.CharField(max_length=200)
    title = models.CharField(max_length=255, blank=True)
    description = models.TextField(blank=True)
    category = models.CharField(max_length=100, blank=True)
    input_schema = models.JSONField(default=dict, blank=True)
    output_schema = models.JSONField(default=dict, blank=True)
    enabled = models.BooleanField(default=True)
    # The server changed it since it was taken over; enabling it again is the review.
    needs_review = models.BooleanField(default=False)
    # What it was before that: its description and schema when it was last trusted.
    approved = models.JSONField(default=dict, blank=True, editable=False)

    server = models.ForeignKey(
        ToolServer, null=True, blank=True, on_delete=models.CASCADE, related_name="tools"
    )
    annotations = models.JSONField(default=dict, blank=True)

    language = models.CharField(max_length=20, blank=True)
    code = models.TextField(blank=True)
    execution_configuration = models.JSONField(
        default=dict, blank=True, help_text="max_execution_time_seconds, max_memory_mb"
    )
    validation_status = models.CharField(max_length=10, choices=Validation, blank=True)
    validation_errors = models.JSONField(default=list, blank=True)

    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ToolQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["name"], condition=models.Q(type="lambda"), name="one_lambda_per_name"
            ),
            models.UniqueConstraint(fields=["server", "name"], name="one_tool_per_server_and_name"),
        ]

    def __str__(self) -> str:
        return self.title or self.name

    @property
    def definition(self) -> dict[str, Any]:
        """What the model is told of it."""
        return {"description": self.description, "input_schema": self.input_schema}
