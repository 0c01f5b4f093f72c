"""All routes under /v2."""

from django.http import HttpRequest
from ninja import NinjaAPI, Router

from chatapp.api import (
    agents,
    artifacts,
    events,
    sessions,
)
from chatapp.api.errors import answer_errors_of
from chatapp.api.parsing import JsonParser, JsonRenderer
from chatapp.errors import NotFound

_SESSIONS = "/agents/{agent_key}/sessions"
_SESSION = _SESSIONS + "/{session_key}"

api = NinjaAPI(
    title="chatapp",
    version="2",
    description="Agents, sessions and what happens in them.",
    urls_namespace="v2",
    docs_url=None,
    openapi_url="/openapi.json",
    parser=JsonParser(),
    renderer=JsonRenderer(),
)
answer_errors_of(api)
api.add_router("/agents", agents.router)
api.add_router(_SESSIONS, sessions.router)
api.add_router(_SESSION + "/events", events.router)
api.add_router(_SESSION, artifacts.router)

unknown = Router()


@unknown.api_operation(
    ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"],
    "/{path:path}",
    auth=None,
    include_in_schema=False,
)
async def not_found(request: HttpRequest, path: str) -> None:
    raise NotFound("There is nothing here.")


api.add_router("", unknown)
