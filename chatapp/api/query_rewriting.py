"""`intelligent_query_rewriting`: what the model makes of the question, for each corpus."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from chatapp.api.query_spans import Clock
from chatapp.api.threads import threads
from chatapp.models import Corpus, Llm
from chatapp.services.llms import llm_for
from chatapp.services.query_requests import SearchParameters
from chatapp.services.rewritten_queries import (
    Rewritten,
    attributes_in_words,
    read_rewritten,
    with_rewritten,
)
from chatapp.tools.providers import provider_of
from chatapp.tools.query_rewriting import ask_for_filter, cannot_be_asked

FAILURES = ("failure", "failed_to_parse_extracted_filter")


@dataclass
class Rewriting:
    """The search that follows, and what is told about how it came to be."""

    search: SearchParameters
    rewritten: list[Rewritten] = field(default_factory=list)
    spans: list[dict[str, Any]] = field(default_factory=list)

    @property
    def told(self) -> list[dict[str, Any]]:
        return [one.as_json() for one in self.rewritten if one.query]

    @property
    def warnings(self) -> list[str]:
        failed = any(one.warning in FAILURES for one in self.rewritten)
        return ["intelligent_query_rewriting_failed"] if failed else []


async def rewrite(
    question: str, search: SearchParameters, corpora: dict[str, Corpus], llm_name: str
) -> Rewriting:
    """All corpora at once; not those that have a query of their own, which stays."""
    llm: Llm = await threads.run(llm_for, llm_name)
    filters: dict[str, list[str]] = {}
    for asked in search.corpora:
        if not asked.query:
            filters.setdefault(asked.corpus_key, []).append(asked.metadata_filter)
    steps = await asyncio.gather(
        *(_step(question, corpora[key], filters[key], llm) for key in filters)
    )
    rewritten = [one for one, _ in steps]
    search = await threads.run(with_rewritten, search, rewritten, corpora)
    return Rewriting(search, rewritten, [span for _, span in steps])


async def _step(
    question: str, corpus: Corpus, filters: list[str], llm: Llm
) -> tuple[Rewritten, dict[str, Any]]:
    began = Clock()
    one = await _rewritten(question, corpus, filters, llm)
    warnings = [one.warning] if one.warning else []
    return one, began.span("rewritten_query", **one.as_json(), warnings=warnings)


async def _rewritten(question: str, corpus: Corpus, filters: list[str], llm: Llm) -> Rewritten:
    provider = provider_of(llm)
    if refused := await threads.run(cannot_be_asked, corpus, provider):
        return refused
    attributes = await threads.run(attributes_in_words, corpus)
    model = llm.upstream_name or llm.name
    text = await ask_for_filter(question, attributes, provider, model)
    if text is None:
        return Rewritten(corpus.key, warning="failure")
    return await threads.run(read_rewritten, text, corpus, filters)
