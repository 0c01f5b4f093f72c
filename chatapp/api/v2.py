"""All routes under /v2."""

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI

from chatapp.api import (
    agents,
    api_keys,
    app_clients,
    artifacts,
    catalogs,
    chats,
    corpora,
    documents,
    events,
    generation_presets,
    instructions,
    llms,
    queries,
    schedules,
    sessions,
    tool_servers,
    tools,
    upload_file,
    users,
)
from chatapp.api.docs import DocsPage
from chatapp.api.errors import answer_error, answer_errors_of
from chatapp.api.parsing import FormParser, JsonParser, JsonRenderer
from chatapp.errors import NotFound

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
for module in (
    agents,
    sessions,
    events,
    artifacts,
    instructions,
    tools,
    tool_servers,
    schedules,
    llms,
    api_keys,
    app_clients,
    users,
    generation_presets,
    catalogs,
    corpora,
    documents,
    upload_file,
    queries,
    chats,
):
    api.add_router("", module.router)

tokens = NinjaAPI(
    title="chatapp tokens",
    version="oauth",
    urls_namespace="oauth",
    docs_url=None,
    openapi_url=None,
    parser=FormParser(),
    renderer=JsonRenderer(),
)
answer_errors_of(tokens)
tokens.add_router("", app_clients.oauth)

docs = DocsPage(api)


def nothing(request: HttpRequest) -> HttpResponse:
    """Whatever else is asked for under /v2."""
    return answer_error(request, NotFound("There is nothing here."))


nothing.csrf_exempt = True  # type: ignore[attr-defined]  # it changes nothing
