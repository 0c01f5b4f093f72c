"""/v2/agents/{agent_key}/sessions/{session_key}/artifacts, and the older form of upload."""

from typing import Any, Literal

from ninja import Query

from chatapp.api.auth import ApiRequest
from chatapp.api.forms import read_form
from chatapp.api.pagination import PageQuery, page_of
from chatapp.api.roles import Area
from chatapp.api.routing import ApiRouter
from chatapp.api.schemas.artifacts import ArtifactList, ArtifactOut
from chatapp.api.schemas.events import EventOut
from chatapp.api.sessions import session_of
from chatapp.errors import Conflict
from chatapp.models import Artifact
from chatapp.services.artifacts import announce_artifacts
from chatapp.services.uploads import add_uploads

router = ApiRouter(Area.SESSIONS, "Artifacts", "/agents/{agent_key}/sessions/{session_key}")
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {"file": {"type": "string", "format": "binary"}},
                    "required": ["file"],
                }
            }
        },
    }
}


class ArtifactQuery(PageQuery):
    sort_by: Literal["created_at", "updated_at"] = "created_at"
    order_by: Literal["asc", "desc"] = "desc"


@router.get("/artifacts", response=ArtifactList, operation_id="listSessionArtifacts")
def list_artifacts(
    request: ApiRequest, agent_key: str, session_key: str, query: Query[ArtifactQuery]
) -> ArtifactList:
    session = session_of(request, agent_key, session_key)
    sign = "-" if query.order_by == "desc" else ""
    order = f"{sign}{query.sort_by}"
    rows = Artifact.objects.alive().filter(session=session)
    page = page_of(rows, query, scope=f"artifacts.{session.pk}.{order}", order=order)
    items = [ArtifactOut.of(artifact) for artifact in page.items]
    return ArtifactList(artifacts=items, metadata=page.metadata)


@router.get("/artifacts/{artifact_id}", response=ArtifactOut, operation_id="getSessionArtifact")
def get_artifact(
    request: ApiRequest, agent_key: str, session_key: str, artifact_id: str
) -> ArtifactOut:
    session = session_of(request, agent_key, session_key)
    return ArtifactOut.of(Artifact.objects.of(session, artifact_id), with_data=True)


@router.post(
    "/upload",
    response={201: EventOut},
    operation_id="uploadSessionArtifacts",
    openapi_extra=_BODY,
)
def upload(request: ApiRequest, agent_key: str, session_key: str) -> Any:
    """Bring files into the session without asking the agent anything."""
    session = session_of(request, agent_key, session_key)
    add_uploads(session=session, files=read_form(request).files)
    frame = announce_artifacts(session=session)
    if frame is None:
        raise Conflict("Another request has announced these files at the same moment.")
    return EventOut.of(frame)
