"""Tool servers: where they are and how to sign in. What they offer is found by a sync."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction

from chatapp.errors import InvalidInput
from chatapp.models import ToolServer, User
from chatapp.services import audit


@transaction.atomic
def create_server(*, author: User, **fields: Any) -> ToolServer:
    check_uri(fields["uri"])
    server = ToolServer.objects.create(**fields)
    _record(author, server, "create")
    return server


@transaction.atomic
def update_server(*, server: ToolServer, actor: User, changes: Mapping[str, Any]) -> ToolServer:
    if "uri" in changes:
        check_uri(changes["uri"])
    for name, value in changes.items():
        setattr(server, name, value)
    server.save()
    _record(actor, server, "update")
    return server


@transaction.atomic
def delete_server(*, server: ToolServer, actor: User) -> None:
    """Its tools go with it; agents that use them can call them no more."""
    _record(actor, server, "delete")
    server.delete()


def check_uri(uri: str) -> None:
    """Servers are reached over HTTP: a command to start one is never taken from a request."""
    try:
        parts = urlsplit(uri)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
        _ = parts.port
    except ValueError:
        usable = False
    if not usable or any(char.isspace() for char in uri):
        raise InvalidInput(
            "uri must be an http or https address.", {"uri": "An http or https address."}
        )


def _record(actor: User, server: ToolServer, action: str) -> None:
    audit.record(
        actor=actor,
        action=f"tool_server.{action}",
        object_type="tool_server",
        object_key=server.key,
    )
