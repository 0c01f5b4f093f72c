"""What tool servers offer, as rows: found by a sync, and trusted as long as it stays the same.

A tool that changes after it was taken over is switched off until somebody has looked at it.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.db import transaction
from django.utils import timezone

from chatapp.models import Tool, ToolServer, User
from chatapp.services import audit

JSON = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Offer:
    """A tool as its server describes it."""

    name: str
    description: str = ""
    input_schema: JSON = field(default_factory=dict)
    title: str = ""
    output_schema: JSON = field(default_factory=dict)
    annotations: JSON = field(default_factory=dict)

    @property
    def definition(self) -> JSON:
        return {"description": self.description, "input_schema": self.input_schema}


@transaction.atomic
def store_offers(*, server: ToolServer, offers: Sequence[Offer], actor: User | None) -> None:
    """Make the server's tools what it offers now."""
    known = {tool.name: tool for tool in server.tools.select_for_update()}
    for offer in offers:
        tool = known.pop(offer.name, None) or Tool(
            type=Tool.Type.MCP, server=server, name=offer.name
        )
        if tool.pk and not is_as_approved(tool, offer):
            _distrust(tool)
        _describe(tool, offer)
        tool.save()
    gone = [tool.pk for tool in known.values()]
    Tool.objects.filter(pk__in=gone).update(enabled=False)
    ToolServer.objects.filter(pk=server.pk).update(synced_at=timezone.now(), sync_error="")
    audit.record(
        actor=actor, action="tool_server.sync", object_type="tool_server", object_key=server.key
    )


def note_failed_sync(*, server: ToolServer, error: str) -> None:
    ToolServer.objects.filter(pk=server.pk).update(sync_error=error[:2000])


def is_as_approved(tool: Tool, offer: Offer) -> bool:
    return fingerprint(offer.definition) == fingerprint(tool.definition)


@transaction.atomic
def require_review(*, tool: Tool, offer: Offer | None) -> None:
    """Nobody calls it until an administrator has enabled it again. `offer` is what it is now.

    Nothing is done for a tool that is gone, or was taken over as it is now: a turn may have begun
    before that.
    """
    stored = Tool.objects.select_for_update().filter(pk=tool.pk).first()
    if stored is None or (offer and is_as_approved(stored, offer)):
        return
    _distrust(stored)
    if offer is not None:
        _describe(stored, offer)
    stored.save()


def fingerprint(definition: JSON) -> str:
    """The same for two definitions that say the same."""
    return hashlib.sha256(orjson.dumps(definition, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _distrust(tool: Tool) -> None:
    if not tool.needs_review:
        tool.approved = tool.definition
    tool.enabled, tool.needs_review = False, True


def _describe(tool: Tool, offer: Offer) -> None:
    tool.title, tool.description = offer.title, offer.description
    tool.input_schema, tool.output_schema = offer.input_schema, offer.output_schema
    tool.annotations = offer.annotations
