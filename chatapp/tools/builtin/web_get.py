"""Fetch from the web. The way out is `tools/web`, which knows what must not be reached."""

from typing import Any, Literal

from django.conf import settings
from django.core.files.base import ContentFile
from pydantic import Field

from chatapp.lib.mime import sniff
from chatapp.models import Artifact
from chatapp.services.artifacts import add_artifact
from chatapp.tools.base import Tool, ToolArguments, ToolContext
from chatapp.tools.overrides import merge
from chatapp.tools.pages import readable
from chatapp.tools.web import Answer, Ask, Gate, fetch
from chatapp.tools.web.auth import auth_headers
from chatapp.tools.web.client import MAX_BYTES, TOTAL_SECONDS

# Less than the time a tool has.
MOST_SECONDS = 50
_TEXTUAL = ("json", "xml", "javascript", "yaml", "csv", "x-www-form-urlencoded")


class WebGetInput(ToolArguments):
    url: str = Field(max_length=4_000, description="An http or https address.")
    method: Literal["GET", "POST", "PUT", "DELETE", "HEAD"] = "GET"
    headers: dict[str, str] = Field(default_factory=dict, max_length=50)
    body: str | None = Field(None, max_length=1_000_000, description="For POST and PUT.")
    follow_redirects: bool = True
    timeout_seconds: float = Field(TOTAL_SECONDS, gt=0, description=f"At most {MOST_SECONDS}.")
    head_lines: int | None = Field(None, ge=1, description="Only the first lines of the text.")
    tail_lines: int | None = Field(None, ge=1, description="Only the last lines of the text.")
    max_content_bytes: int = Field(MAX_BYTES, ge=1, description=f"At most {MAX_BYTES}.")


class WebGet(Tool[WebGetInput], name="web_get"):
    """Fetch a page or a file from the public web. Pages come as Markdown; what is no text becomes
    an artifact of this session."""

    title = "Fetch from the web"
    Input = WebGetInput
    has_effects = True

    @classmethod
    def may_repeat(cls, arguments: dict[str, Any]) -> bool:
        return arguments.get("method", "GET") in ("GET", "HEAD")

    async def call(self, arguments: WebGetInput, context: ToolContext) -> dict[str, Any]:
        # How to authenticate and whether to trust any certificate is the operator's to say.
        fixed = merge({}, context.configuration.get("argument_override") or {})
        gate = Gate(frozenset(settings.WEB_PRIVATE_HOSTS))
        ask = Ask(
            url=arguments.url,
            method=arguments.method,
            headers={**arguments.headers, **await auth_headers(fixed.get("auth") or {}, gate)},
            body=arguments.body.encode() if arguments.body is not None else None,
            follow_redirects=arguments.follow_redirects,
            verify_tls=fixed.get("ssl_verify") is not False,
            seconds=min(arguments.timeout_seconds, MOST_SECONDS),
            max_bytes=min(arguments.max_content_bytes, MAX_BYTES),
        )
        answer = await fetch(ask, gate)
        described = {
            "url": answer.url,
            "status_code": answer.status,
            "content_type": answer.content_type,
            "truncated": answer.truncated,
        }
        if not _is_text(answer):
            return described | await _as_artifact(answer, context)
        return described | {"content": _lines(await readable(answer), arguments)}


def _is_text(answer: Answer) -> bool:
    kind = answer.content_type
    if kind.startswith("text/") or any(word in kind for word in _TEXTUAL):
        return True
    return not answer.data or (kind == "application/octet-stream" and b"\0" not in answer.data)


def _lines(text: str, arguments: WebGetInput) -> str:
    if arguments.head_lines is None and arguments.tail_lines is None:
        return text
    lines = text.splitlines()
    head = lines[: arguments.head_lines or 0]
    tail = lines[len(head) :][-arguments.tail_lines :] if arguments.tail_lines else []
    return "\n".join([*head, *(["…"] if head and tail else []), *tail])


async def _as_artifact(answer: Answer, context: ToolContext) -> dict[str, Any]:
    name = answer.url.split("?")[0].rstrip("/").rpartition("/")[2] or "download"
    artifact = await context.database.run(
        add_artifact,
        session=context.session,
        file=ContentFile(answer.data),
        filename=name,
        mime_type=sniff(answer.data[:8192], name, answer.content_type),
        created_by=Artifact.CreatedBy.TOOL,
        description=f"From {answer.url}"[:1000],
        client_id=f"{context.turn_id}.{context.tool_call_id}"[:100],
    )
    return artifact.as_uploaded()
