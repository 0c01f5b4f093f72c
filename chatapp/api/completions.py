"""Chat completions in OpenAI's shape, by whichever provider serves the model."""

import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any, cast

import orjson
from django.http import StreamingHttpResponse

from chatapp.api.schemas.llms import Choice, ChoiceMessage, CompletionIn, CompletionOut
from chatapp.api.streaming import sse_response
from chatapp.api.threads import threads
from chatapp.errors import InvalidInput, TurnError
from chatapp.events.bodies import AgentOutput, EventBody, text_message
from chatapp.lib.keys import new_key
from chatapp.llm.base import Chunk, Finish, LLMRequest, TextDelta, Usage
from chatapp.models import Llm
from chatapp.services.llms import llm_for
from chatapp.tools.providers import provider_of

JSON = dict[str, Any]


async def complete(body: CompletionIn) -> CompletionOut:
    """Raises TurnError when the model fails."""
    text, reason, usage = "", "stop", Usage(0, 0)
    async with aclosing(cast(Any, _chunks(body))) as chunks:
        async for chunk in chunks:
            match chunk:
                case TextDelta():
                    text += chunk.text
                case Usage():
                    usage = chunk
                case Finish():
                    reason = chunk.reason
    return CompletionOut(
        id=new_key("chatcmpl"),
        created=int(time.time()),
        model=body.model,
        choices=[Choice(message=ChoiceMessage(content=text), finish_reason=reason)],
        usage={
            "prompt_tokens": usage.input_tokens,
            "completion_tokens": usage.output_tokens,
            "total_tokens": usage.input_tokens + usage.output_tokens,
        },
    )


async def stream_completion(body: CompletionIn) -> StreamingHttpResponse:
    """What fails before the first piece is an ordinary error answer."""
    chunks = _chunks(body)
    first = await anext(chunks, None)
    response = sse_response(_frames(body, first, chunks))
    response.status_code = 200
    return response


async def _frames(
    body: CompletionIn, first: Chunk | None, chunks: AsyncIterator[Chunk]
) -> AsyncIterator[bytes]:
    key, created = new_key("chatcmpl"), int(time.time())

    def frame(delta: JSON, reason: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        value = {"id": key, "object": "chat.completion.chunk", "created": created}
        return b"data: %s\n\n" % orjson.dumps(value | {"model": body.model, "choices": [choice]})

    async with aclosing(cast(Any, chunks)):
        try:
            chunk = first
            while chunk is not None:
                if isinstance(chunk, TextDelta):
                    yield frame({"role": "assistant", "content": chunk.text})
                elif isinstance(chunk, Finish):
                    yield frame({}, chunk.reason)
                chunk = await anext(chunks, None)
        except TurnError as exc:
            yield b"data: %s\n\n" % orjson.dumps({"error": {"message": exc.message}})
    yield b"data: [DONE]\n\n"


async def _chunks(body: CompletionIn) -> AsyncIterator[Chunk]:
    llm: Llm = await threads.run(llm_for, body.model)
    stream = provider_of(llm).stream(_request(body, llm))
    async with aclosing(cast(Any, stream)):
        async for chunk in stream:
            yield chunk


def _request(body: CompletionIn, llm: Llm) -> LLMRequest:
    instructions: list[str] = []
    history: list[EventBody] = []
    for message in body.messages:
        if message.role in ("system", "developer"):
            instructions.append(message.text)
        elif message.role == "user":
            history.append(text_message(message.text))
        else:
            history.append(AgentOutput(content=message.text))
    if not history:
        raise InvalidInput("messages: there is no message of the user.", {"messages": "No user."})
    return LLMRequest(
        model=llm.upstream_name or llm.name,
        instructions="\n\n".join(instructions),
        history=tuple(history),
        parameters={**llm.parameters, **body.parameters()},
    )
