"""A document in a few words, by a language model: as one answer, or as a stream of frames."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse

from chatapp.api.auth import ApiRequest
from chatapp.api.corpus_access import corpus_to_read
from chatapp.api.parsing import to_json
from chatapp.api.query_streaming import sse_response
from chatapp.api.schemas.documents import SummarizeIn, SummaryOut
from chatapp.api.threads import threads
from chatapp.models import Document, Llm
from chatapp.services.knowledge_search import SearchResult, whole_document
from chatapp.services.llms import llm_for
from chatapp.services.query_requests import GenerationParameters, parsed
from chatapp.tools.answering import Prompt, make_prompt, stream_answer
from chatapp.tools.providers import provider_of

QUESTION = "Summarize this document."
MOST_PARTS = 100


class DocumentSummary:
    def __init__(
        self, request: ApiRequest, corpus_key: str, document_id: str, asked: SummarizeIn
    ) -> None:
        self._request, self._corpus_key, self._document_id = request, corpus_key, document_id
        self._asked = asked
        self._generation = parsed(
            GenerationParameters,
            {
                "max_used_search_results": MOST_PARTS,
                "prompt_template": asked.prompt_template,
                "model_parameters": {**asked.model_parameters, "llm_name": asked.llm_name},
                "citations": {"style": "none"},
            },
        )

    async def respond(self) -> HttpResponse | StreamingHttpResponse:
        prompt, llm = await threads.run(self._prepare)
        if self._asked.stream_response:
            return sse_response(self._frames(prompt, llm))
        summary = "".join([text async for text in self._texts(prompt, llm)])
        answer = SummaryOut(summary=summary, rendered_prompt=prompt.rendered)
        return HttpResponse(to_json(answer), content_type="application/json")

    def _prepare(self) -> tuple[Prompt, Llm]:
        corpus = corpus_to_read(self._request, self._corpus_key)
        document = Document.objects.of(corpus, self._document_id)
        parts: list[SearchResult] = whole_document(document, MOST_PARTS)
        prompt = make_prompt(QUESTION, parts, self._generation)
        return replace(prompt, is_whole=True), llm_for(self._asked.llm_name)

    def _texts(self, prompt: Prompt, llm: Llm) -> AsyncIterator[str]:
        model = llm.upstream_name or llm.name
        return stream_answer(prompt, provider_of(llm), model, self._generation)

    async def _frames(self, prompt: Prompt, llm: Llm) -> AsyncIterator[dict[str, Any]]:
        async for text in self._texts(prompt, llm):
            yield {"type": "generation_chunk", "generation_chunk": text}
        yield {"type": "generation_info", "rendered_prompt": prompt.rendered}
        yield {"type": "generation_end"}
