"""Search the corpora that the agent's configuration names. The model says only what for."""

from typing import Any

from django.utils import timezone
from pydantic import Field

from chatapp.errors import InvalidInput, ToolError
from chatapp.models import Corpus, Llm
from chatapp.services.knowledge_search import SearchResult, search
from chatapp.services.llms import llm_for
from chatapp.services.presets import with_preset
from chatapp.services.queries import record_query, wants_history
from chatapp.services.query_requests import MAX_QUERY, GenerationParameters, QueryRequest, parsed
from chatapp.tools.answering import make_prompt, stream_answer
from chatapp.tools.base import Tool, ToolArguments, ToolContext
from chatapp.tools.corpora import binding_filter, check_locked
from chatapp.tools.providers import provider_of

LONGEST_TEXT = 6_000


class CorporaSearchInput(ToolArguments):
    query: str = Field(max_length=MAX_QUERY, description="What to look for, in plain words.")


class CorporaSearch(Tool[CorporaSearchInput], name="corpora_search"):
    """Search the knowledge base for passages about something. Returns the best passages with
    their documents; cite these as your sources."""

    title = "Search the knowledge base"
    Input = CorporaSearchInput

    async def call(self, arguments: CorporaSearchInput, context: ToolContext) -> dict[str, Any]:
        check_locked(context, {"query", "metadata_filter"})
        request = _request(arguments.query, context)
        generation, why_not = await context.database.run(_generation, request)
        results = await context.database.run(_search, request, context)
        output: dict[str, Any] = {"search_results": [_shown(result) for result in results]}
        if generation:
            output["summary"] = await _summary(request.query, results, generation, context)
        elif why_not:
            output["warnings"] = [f"There is no summary. {why_not}"]
        return output


def _request(query: str, context: ToolContext) -> QueryRequest:
    """The configuration as a query. Its `generation` is off unless it says that it is on."""
    configuration = context.configuration.get("query_configuration")
    if not isinstance(configuration, dict) or not configuration.get("search"):
        raise ToolError("This search is not set up: it names no corpora.", code="not_set_up")
    generation = configuration.get("generation")
    wanted = isinstance(generation, dict) and generation.get("enabled") is True
    try:
        return parsed(
            QueryRequest,
            {
                "query": query,
                "search": configuration["search"],
                "generation": generation if wanted else None,
                "save_history": configuration.get("save_history"),
            },
        )
    except InvalidInput as exc:
        if "query" in exc.field_errors:
            raise
        raise ToolError(f"This search is not set up rightly: {exc}", code="not_set_up") from exc


def _generation(request: QueryRequest) -> tuple[GenerationParameters | None, str]:
    """With what its preset says, or why there is none: an agent may name another place's preset."""
    if request.generation is None:
        return None, ""
    try:
        return with_preset(request.generation), ""
    except InvalidInput as exc:
        return None, exc.message


def _search(request: QueryRequest, context: ToolContext) -> list[SearchResult]:
    session, started_at = context.session, timezone.now()
    corpora = Corpus.objects.visible_to(session.agent.owner)
    results = search(
        query=request.query,
        search=request.search,
        corpora=corpora,
        binding_filter=binding_filter(context),
    )
    searched = [corpora.named(asked.corpus_key) for asked in request.search.corpora]
    if wants_history(request, searched):
        record_query(
            owner=session.owner,
            request=request,
            corpora=searched,
            started_at=started_at,
            spans=[],
            agent_key=session.agent.key,
            session_key=session.key,
        )
    return results


def _shown(result: SearchResult) -> dict[str, Any]:
    shown = {name: value for name, value in result.as_json().items() if value is not None}
    return {**shown, "text": result.text[:LONGEST_TEXT], "score": round(result.score, 4)}


async def _summary(
    query: str,
    results: list[SearchResult],
    generation: GenerationParameters,
    context: ToolContext,
) -> str:
    llm: Llm = await context.database.run(llm_for, generation.model_parameters.llm_name)
    prompt = make_prompt(query, results, generation)
    model = llm.upstream_name or llm.name
    texts = stream_answer(prompt, provider_of(llm), model, generation)
    return "".join([text async for text in texts])
