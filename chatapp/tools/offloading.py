"""Outputs that are too large for the conversation become artifacts, with a reference in place."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from django.conf import settings

from chatapp.errors import ToolError
from chatapp.lib.strict_json import clean
from chatapp.services.artifacts import add_text_artifact
from chatapp.tools.base import ToolContext

JSON = dict[str, Any]
PREVIEW_CHARS = 2_000
BYTES_PER_TOKEN = 4
DEFAULT_PERCENTAGE = 10.0
DEFAULT_MIN_BYTES = 8 * 1024
DEFAULT_MAX_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Offloading:
    """`threshold` is in bytes of JSON; beyond the size of an event, every output is offloaded."""

    threshold: int

    @classmethod
    def of(
        cls, configuration: Mapping[str, Any], *, context_window: int, can_read: bool
    ) -> "Offloading":
        """By the agent's `tool_output_offloading`; on by default if it can read artifacts."""
        if not configuration.get("enabled", can_read):
            return cls(settings.MAX_EVENT_BYTES)
        share = configuration.get("context_percentage", DEFAULT_PERCENTAGE) / 100
        most = configuration.get("max_threshold_bytes", DEFAULT_MAX_BYTES)
        least = configuration.get("min_threshold_bytes", min(DEFAULT_MIN_BYTES, most))
        wanted = int(context_window * BYTES_PER_TOKEN * share)
        return cls(min(max(min(wanted, most), least), settings.MAX_EVENT_BYTES))

    def fitting(self, output: JSON, context: ToolContext, *, may_offload: bool) -> JSON:
        """The output, or a reference to it. Called on a database thread."""
        output = _storable(output)
        size = len(orjson.dumps(output))
        if size <= (self.threshold if may_offload else settings.MAX_EVENT_BYTES):
            return output
        if size > settings.MAX_UPLOAD_BYTES:
            limit = settings.MAX_UPLOAD_BYTES // 2**20
            raise ToolError(f"The tool's output is larger than {limit} MB.", code="too_large")
        return _stored(output, context)


def _storable(output: JSON) -> JSON:
    """As every database can hold it."""
    try:
        data = orjson.dumps(output)
        if b"\\u0000" not in data:
            return output
        cleaned: JSON = clean(output)
    except (TypeError, ValueError):
        try:
            cleaned = clean(output)
        except ValueError as exc:
            raise ToolError("The tool's output cannot be stored.", code="bad_output") from exc
    return cleaned


def _stored(output: JSON, context: ToolContext) -> JSON:
    text, extension, rest = _as_text(output)
    artifact = add_text_artifact(
        session=context.session,
        filename=f"{context.configuration_name}-output.{extension}",
        text=text,
        mime_type="application/json" if extension == "json" else "text/plain",
        description=f"Output of {context.configuration_name}",
        client_id=f"{context.turn_id}.{context.tool_call_id}.output"[:100],
    )
    return {
        **rest,
        "offloaded": True,
        **artifact.as_uploaded(),
        "preview": text[:PREVIEW_CHARS],
        "note": "The output was too large to show here. Read or search the artifact for more.",
    }


def _as_text(output: JSON) -> tuple[str, str, JSON]:
    """One long text as it stands, with the small rest kept in place; anything else as JSON."""
    name = max(output, key=lambda key: len(output[key]) if isinstance(output[key], str) else 0)
    rest = {key: value for key, value in output.items() if key != name}
    whole = orjson.dumps(output, option=orjson.OPT_INDENT_2)
    if isinstance(output[name], str) and len(orjson.dumps(rest)) < PREVIEW_CHARS:
        return output[name], "txt", rest
    return whole.decode(), "json", {}
