"""A summary without a model: what was asked, and the beginning of each answer."""

from collections.abc import Iterable

from chatapp.events.bodies import (
    AgentOutput,
    ArtifactUpload,
    Compaction,
    EventBody,
    InputMessage,
)

_LINE = 300
_WHOLE = 20_000


def extract_summary(bodies: Iterable[EventBody]) -> str:
    """In order, one line each; of a long past, the latest part."""
    lines = [line for body in bodies if (line := _line(body))]
    text = "\n".join(lines)
    if len(text) <= _WHOLE:
        return text
    return "…\n" + text[-_WHOLE:].partition("\n")[2]


def _line(body: EventBody) -> str:
    match body:
        case InputMessage():
            return f"User: {_begin(body.text)}"
        case AgentOutput():
            return f"Agent: {_begin(body.content)}"
        case ArtifactUpload():
            files = ", ".join(f"{a.filename} ({a.artifact_id})" for a in body.artifacts)
            return f"Files: {files}"
        case Compaction():
            return body.summary_text
    return ""


def _begin(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LINE else text[:_LINE].rsplit(" ", 1)[0] + " …"
