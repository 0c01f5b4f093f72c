"""A session to take away: as Markdown to read, or as JSON with everything in it."""

import json
from collections.abc import Iterator

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.views.decorators.http import require_GET

from chatapp.errors import InvalidInput
from chatapp.events.bodies import (
    AgentOutput,
    ArtifactUpload,
    InputMessage,
    StructuredOutput,
    ToolInput,
    ToolOutput,
    TurnFailed,
)
from chatapp.events.frames import EventFrame, dump_frame
from chatapp.models import Session
from chatapp.web.downloads import content_disposition
from chatapp.web.requests import WebRequest


@login_required
@require_GET
def export(request: WebRequest, key: str) -> HttpResponse:
    session = Session.objects.access(request.user, key)
    frames = [event.frame(session.key) for event in session.events.visible().order_by("seq")]
    match request.GET.get("format", "markdown"):
        case "markdown":
            text, kind, extension = "\n\n".join(_markdown(session, frames)), "text/markdown", "md"
        case "json":
            text, kind, extension = _json(session, frames), "application/json", "json"
        case _:
            raise InvalidInput("The format is markdown or json.")
    response = HttpResponse(text, content_type=f"{kind}; charset=utf-8")
    response.headers["Content-Disposition"] = content_disposition(
        "attachment", f"{session.name}.{extension}"
    )
    return response


def _json(session: Session, frames: list[EventFrame]) -> str:
    value = {
        "key": session.key,
        "name": session.name,
        "agent": session.agent.key,
        "metadata": session.metadata,
        "created_at": session.created_at.isoformat(),
        "events": [
            {
                name: part
                for name, part in dump_frame(frame).items()
                if name in {"id", "seq", "created_at", "body"}
            }
            for frame in frames
        ],
    }
    return json.dumps(value, indent=2, ensure_ascii=False)


def _markdown(session: Session, frames: list[EventFrame]) -> Iterator[str]:
    yield f"# {session.name}"
    yield f"{session.agent.name} · {session.created_at:%Y-%m-%d}"
    for frame in frames:
        match frame.body:
            case InputMessage():
                yield f"**You:**\n\n{frame.body.text}"
            case AgentOutput(content=content):
                yield f"**{session.agent.name}:**\n\n{content}"
            case StructuredOutput(content=content):
                fenced = json.dumps(content, indent=2, ensure_ascii=False)
                yield f"**{session.agent.name}:**\n\n```json\n{fenced}\n```"
            case ArtifactUpload(artifacts=artifacts):
                yield "*Files: " + ", ".join(artifact.filename for artifact in artifacts) + "*"
            case ToolInput(tool_configuration_name=name):
                yield f"*Used {name}*"
            case ToolOutput(error=True, tool_configuration_name=name):
                yield f"*{name} failed*"
            case TurnFailed(message=message):
                yield f"*{message}*"
