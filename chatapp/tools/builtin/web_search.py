"""Search the web, if the operator has set up a service for it."""

from typing import Any, Literal

from django.conf import settings
from pydantic import Field

from chatapp.errors import ToolError
from chatapp.tools.base import Tool, ToolArguments, ToolContext
from chatapp.tools.web.search import Query, SearchProvider

MOST_RESULTS = 20


class WebSearchInput(ToolArguments):
    query: str = Field(min_length=1, max_length=1_000)
    limit: int = Field(5, ge=1, description=f"At most {MOST_RESULTS}.")
    provider: Literal["tavily", "searxng"] | None = Field(None, description="Leave it out.")
    include_domains: list[str] = Field(default_factory=list, max_length=50)
    exclude_domains: list[str] = Field(default_factory=list, max_length=50)


class WebSearch(Tool[WebSearchInput], name="web_search"):
    """Search the web. Gives titles, addresses and extracts; fetch a page to read it whole."""

    title = "Search the web"
    Input = WebSearchInput

    async def call(self, arguments: WebSearchInput, context: ToolContext) -> dict[str, Any]:
        name = settings.WEB_SEARCH_PROVIDER
        if not name:
            raise ToolError("Web search is not set up on this server.", code="not_configured")
        if arguments.provider not in (None, name):
            raise ToolError(f"Only {name} is set up on this server.", code="not_configured")
        kind = SearchProvider.registry[name]
        provider = kind(settings.WEB_SEARCH_BASE_URL, settings.WEB_SEARCH_API_KEY)
        query = Query(
            arguments.query,
            min(arguments.limit, MOST_RESULTS),
            tuple(arguments.include_domains),
            tuple(arguments.exclude_domains),
        )
        return {"provider": name, "results": await provider.search(query)}
