"""One query from its search to its record: as one answer, or as a stream of frames (§20, §21)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone

from chatapp.api.auth import ApiRequest
from chatapp.api.corpus_access import corpora_to_search
from chatapp.api.parsing import to_json
from chatapp.api.query_rewriting import Rewriting, rewrite
from chatapp.api.query_spans import Clock
from chatapp.api.query_streaming import sse_response
from chatapp.api.threads import threads
from chatapp.models import Corpus
from chatapp.search.consistency import consistency
from chatapp.search.languages import language_of
from chatapp.services import chats
from chatapp.services.embedding import embedder_of
from chatapp.services.knowledge_search import SearchResult, search
from chatapp.services.llms import llm_for
from chatapp.services.presets import with_preset
from chatapp.services.queries import record_query, wants_history
from chatapp.services.query_requests import GenerationParameters, QueryRequest
from chatapp.tools.answering import Prompt, make_prompt, stream_answer
from chatapp.tools.providers import provider_of

JSON = dict[str, Any]


@dataclass
class ChatPlace:
    """Where the answer goes, if it belongs to a chat."""

    chat_key: str
    turn_key: str
    earlier: list[tuple[str, str]] = field(default_factory=list)
    store: bool = True


class QueryRun:
    def __init__(
        self, request: ApiRequest, asked: QueryRequest, chat: ChatPlace | None = None
    ) -> None:
        self._request, self.asked, self.chat = request, asked, chat
        self._earlier = chat.earlier if chat else []
        self._searched_for = chats.search_query(asked.query, self._earlier)
        self._started_at = timezone.now()
        self._spans: list[JSON] = []
        self._corpora: list[Corpus] = []
        self._generation: GenerationParameters | None = None
        self._rewriting = Rewriting(asked.search)
        self.results: list[SearchResult] = []
        self.prompt: Prompt | None = None
        self.answer = ""
        self.score: float | None = None

    async def search(self) -> None:
        """To be done before anything is answered: its errors are the request's."""
        if self.asked.generation and self.asked.generation.enabled:
            self._generation = await threads.run(with_preset, self.asked.generation)
        if self.asked.intelligent_query_rewriting:
            await self._rewrite()
        await threads.run(self._search)

    async def _rewrite(self) -> None:
        corpora = {corpus.key: corpus for corpus in await threads.run(self._corpora_asked)}
        generation = self._generation or self.asked.generation
        llm_name = generation.model_parameters.llm_name if generation else ""
        self._rewriting = await rewrite(self._searched_for, self.asked.search, corpora, llm_name)
        self._spans += self._rewriting.spans

    def _corpora_asked(self) -> list[Corpus]:
        allowed = corpora_to_search(self._request, self.asked.search)
        keys = [asked.corpus_key for asked in self.asked.search.corpora]
        return [allowed.named(key) for key in dict.fromkeys(keys)]

    def _search(self) -> None:
        began = Clock()
        allowed = corpora_to_search(self._request, self.asked.search)
        self.results = search(
            query=self._searched_for, search=self._rewriting.search, corpora=allowed
        )
        self._corpora = self._corpora_asked()
        self._spans.append(began.span("search", search_results=self._found()))
        if generation := self._generation:
            question = self.asked.query
            self.prompt = make_prompt(question, self.results, generation, self._earlier)

    async def frames(self) -> AsyncIterator[JSON]:
        """What follows the search, as the contract's frames. What is answered is then stored."""
        yield {
            "type": "search_results",
            "search_results": self._found(),
            "rewritten_queries": self._rewriting.told,
        }
        if self.chat:
            place = self.chat
            yield {"type": "chat_info", "chat_id": place.chat_key, "turn_id": place.turn_key}
        if self._generation and self.prompt:
            async for frame in self._generate(self._generation, self.prompt):
                yield frame
        await threads.run(self._store)

    async def _generate(
        self, generation: GenerationParameters, prompt: Prompt
    ) -> AsyncIterator[JSON]:
        began = Clock()
        llm = await threads.run(llm_for, generation.model_parameters.llm_name)
        model = llm.upstream_name or llm.name
        async for text in stream_answer(prompt, provider_of(llm), model, generation):
            self.answer += text
            yield {"type": "generation_chunk", "generation_chunk": text}
        self._spans.append(began.span("generation", prompt=prompt.rendered, generation=self.answer))
        yield {"type": "generation_end"}
        yield {
            "type": "generation_info",
            "rendered_prompt": prompt.rendered,
            "rephrased_query": self._rephrased,
        }
        if generation.enable_factual_consistency_score:
            began = Clock()
            self.score = await threads.run(self._consistency, prompt)
            self._spans.append(began.span("fcs", score=self.score))
            yield {"type": "factual_consistency_score", "factual_consistency_score": self.score}

    @property
    def _rephrased(self) -> str | None:
        return self._searched_for if self._searched_for != self.asked.query else None

    def _consistency(self, prompt: Prompt) -> float:
        embedder = embedder_of(self._corpora[0].encoder_name)
        return consistency(self.answer, [one.text for one in prompt.passages], embedder)

    def _found(self) -> list[JSON]:
        return [
            {name: value for name, value in result.as_json().items() if value is not None}
            for result in self.results
        ]

    def _store(self) -> None:
        chat = None
        user = self._request.auth.user
        if self.chat and self.chat.store:
            chat = chats.store_turn(
                owner=user,
                chat_key=self.chat.chat_key,
                turn_key=self.chat.turn_key,
                query=self.asked.query,
                answer=self.answer,
                request=self.asked.model_dump(mode="json", exclude_defaults=True),
            ).chat
        if wants_history(self.asked, self._corpora):
            record_query(
                owner=user,
                request=self.asked,
                corpora=self._corpora,
                started_at=self._started_at,
                spans=self._spans,
                generation=self.answer,
                factual_consistency_score=self.score,
                chat=chat,
            )

    async def respond(self) -> HttpResponse | StreamingHttpResponse:
        await self.search()
        status = 201 if self.chat else 200
        if self.asked.stream_response:
            return sse_response(self.frames(), status)
        async for _ in self.frames():
            pass
        return HttpResponse(to_json(self._whole()), status=status, content_type="application/json")

    def _whole(self) -> JSON:
        whole: JSON = {
            "search_results": self._found(),
            "warnings": self._rewriting.warnings,
            "rewritten_queries": self._rewriting.told,
        }
        if self.prompt and self._generation:
            whole["answer" if self.chat else "summary"] = self.answer
            whole["response_language"] = self._language(self._generation)
            whole["rendered_prompt"] = self.prompt.rendered
        if self.score is not None:
            whole["factual_consistency_score"] = self.score
        if self.chat:
            whole |= {"chat_id": self.chat.chat_key, "turn_id": self.chat.turn_key}
            if self._rephrased:
                whole["rephrased_query"] = self._rephrased
        return whole

    def _language(self, generation: GenerationParameters) -> str:
        if generation.response_language != "auto":
            return generation.response_language
        return language_of(self.answer) or "auto"
