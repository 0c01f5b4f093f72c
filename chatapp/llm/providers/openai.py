"""Chat completions as OpenAI defined them and vLLM, Ollama, llama.cpp and LiteLLM speak them.

Knows the wire format and the habits of servers that nearly keep to it. What goes over the wire,
and what a breakdown is called, is told by the modules it imports.
"""

from base64 import b64encode
from collections.abc import AsyncIterator, Iterable
from typing import Any, ClassVar

from chatapp.errors import ProviderError
from chatapp.events.bodies import ToolInput
from chatapp.llm.base import (
    Chunk,
    ImageInput,
    LLMRequest,
    OutputSchema,
    Provider,
    ToolCall,
    ToolSpec,
    Usage,
)
from chatapp.llm.call_parts import CallParts, complete, count_of, text_of
from chatapp.llm.failures import failed_stream, failure
from chatapp.llm.http import StreamOptions
from chatapp.llm.streaming import Assembler, FinishReason, chunks
from chatapp.llm.strict_schemas import may_be_strict
from chatapp.llm.tool_names import ToolNames
from chatapp.llm.transcript import Message, UserMessage, json_text, transcribe

BASE_URL = "https://api.openai.com/v1"

FINISHES: dict[str, FinishReason] = {
    "length": "length",
    "max_tokens": "length",
    "content_filter": "content_filter",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
}


class OpenAI(Provider, name="openai"):
    # Servers that will not count tokens in a stream. They say so once, and are not asked again.
    without_usage: ClassVar[set[str]] = set()

    async def stream(self, request: LLMRequest) -> AsyncIterator[Chunk]:
        body = request_body(request)
        if self.base_url in self.without_usage:
            del body["stream_options"]
        try:
            async for chunk in self._chunks(request, body):
                yield chunk
        except ProviderError as exc:
            if "stream_options" not in body or not _refuses_usage(exc):
                raise
            self.without_usage.add(self.base_url)
            del body["stream_options"]
            async for chunk in self._chunks(request, body):
                yield chunk

    def _chunks(self, request: LLMRequest, body: dict[str, Any]) -> AsyncIterator[Chunk]:
        url = (self.base_url or BASE_URL).rstrip("/") + "/chat/completions"
        key = self.api_key.strip()
        headers = {"authorization": f"Bearer {key}"} if key else {}
        options = StreamOptions.read(self.options)
        return chunks(OpenAIAssembler(request), url, headers, body, options)


def _refuses_usage(exc: ProviderError) -> bool:
    words = exc.detail
    return exc.reason == "provider_rejected" and (
        "stream_options" in words or "include_usage" in words
    )


def request_body(request: LLMRequest) -> dict[str, Any]:
    names = ToolNames(tool.name for tool in request.tools)
    # More than one answer is of no use to a session.
    parameters = {name: value for name, value in request.parameters.items() if name != "n"}
    body = parameters | {
        "model": request.model,
        "messages": messages(request, names),
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if request.tools:
        body["tools"] = [_tool(tool, names) for tool in request.tools]
    if request.output_schema:
        body["response_format"] = _response_format(request.output_schema)
    return body


def _tool(tool: ToolSpec, names: ToolNames) -> dict[str, Any]:
    function = {
        "name": names.sent(tool.name),
        "description": tool.description,
        "parameters": tool.input_schema,
    }
    return {"type": "function", "function": function}


def _response_format(schema: OutputSchema) -> dict[str, Any]:
    name = ToolNames(()).sent(schema.name)
    described = {"description": schema.description} if schema.description else {}
    strict = schema.strict and may_be_strict(schema.schema)
    json_schema = {"name": name, "schema": schema.schema, "strict": strict} | described
    return {"type": "json_schema", "json_schema": json_schema}


def messages(request: LLMRequest, names: ToolNames) -> list[dict[str, Any]]:
    transcript = transcribe(request)
    system = [{"role": "system", "content": transcript.system}] if transcript.system else []
    return system + [
        written for message in transcript.messages for written in _written(message, names)
    ]


def _written(message: Message, names: ToolNames) -> Iterable[dict[str, Any]]:
    if isinstance(message, UserMessage):
        yield {"role": "user", "content": _content(message.parts)}
        return
    spoken: dict[str, Any] = {"role": "assistant", "content": message.text or None}
    if message.calls:
        spoken["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {
                    "name": names.sent(call.name),
                    "arguments": json_text(call.arguments),
                },
            }
            for call in message.calls
        ]
    yield spoken
    for output in message.outputs:
        yield {"role": "tool", "tool_call_id": output.call_id, "content": output.text}


def _content(parts: list[str | ImageInput]) -> str | list[dict[str, Any]]:
    """Plain text where that will do: many servers know nothing else."""
    texts = [part for part in parts if isinstance(part, str)]
    if len(texts) == len(parts):
        return "\n\n".join(texts)
    return [
        {"type": "text", "text": part} if isinstance(part, str) else _image(part) for part in parts
    ]


def _image(image: ImageInput) -> dict[str, Any]:
    url = f"data:{image.mime_type};base64,{b64encode(image.data).decode()}"
    return {"type": "image_url", "image_url": {"url": url, "detail": image.detail}}


class OpenAIAssembler(Assembler):
    def __init__(self, request: LLMRequest) -> None:
        super().__init__()
        self._names = ToolNames(tool.name for tool in request.tools)
        self._taken = {b.tool_call_id for b in request.history if isinstance(b, ToolInput)}
        self._calls: list[CallParts] = []
        self._by_index: dict[int, CallParts] = {}

    def take_frame(self, frame: dict[str, Any]) -> list[Chunk]:
        if frame.get("error"):
            self.error = failed_stream(frame["error"])
            return []
        if usage := frame.get("usage"):
            self.usage = _usage(usage) or self.usage
        choices = frame.get("choices")
        if not isinstance(choices, list):
            return []
        self.heard = True
        choice = choices[0] if choices else None
        if not isinstance(choice, dict) or choice.get("index"):
            return []
        return self._take_choice(choice)

    def _take_choice(self, choice: dict[str, Any]) -> list[Chunk]:
        out: list[Chunk] = []
        delta = choice.get("delta")
        if isinstance(delta, dict) and self.finish is None:
            # Some servers send their thoughts under both names at once.
            if thought := delta.get("reasoning_content") or delta.get("reasoning"):
                out = self.thinking(thought)
            if content := delta.get("content") or delta.get("refusal"):
                out += self._content(content)
            if calls := delta.get("tool_calls"):
                self._take_calls(calls)
        reason = choice.get("finish_reason")
        if reason and isinstance(reason, str) and self.finish is None:
            self._finish(reason)
        return out

    def _content(self, content: object) -> list[Chunk]:
        """Text, or the list of parts that Mistral's servers send in its place."""
        if not isinstance(content, list):
            return self.text(content)
        out: list[Chunk] = []
        for part in content:
            if isinstance(part, dict):
                out += self.text(part.get("text"))
                out += self._thoughts(part.get("thinking"))
        return out

    def _thoughts(self, thinking: object) -> list[Chunk]:
        parts = thinking if isinstance(thinking, list) else ()
        texts = (text_of(part.get("text")) for part in parts if isinstance(part, dict))
        return self.thinking("".join(texts))

    def _finish(self, reason: str) -> None:
        if reason == "error":
            self.error = failure("provider_error", "The stream finished with an error.")
        else:
            self.finish = FINISHES.get(reason, "stop")

    def _take_calls(self, deltas: object) -> None:
        for delta in deltas if isinstance(deltas, list) else ():
            if isinstance(delta, dict) and isinstance(function := delta.get("function"), dict):
                call = self._call(delta, function)
                call.add_name(text_of(function.get("name")))
                self.grow(call.add_arguments(function.get("arguments")))

    def _call(self, delta: dict[str, Any], function: dict[str, Any]) -> CallParts:
        """The call that a delta belongs to. Servers that number all calls 0 mean their ids."""
        index, id = delta.get("index"), text_of(delta.get("id"))
        index = index if isinstance(index, int) else None
        call = self._last() if index is None else self._by_index.get(index)
        is_other = call is not None and id and call.id and id != call.id
        if call is None or (is_other and function.get("name")):
            call = CallParts(id)
            self._calls.append(call)
            if index is not None:
                self._by_index[index] = call
        call.id = call.id or id
        return call

    def _last(self) -> CallParts | None:
        return self._calls[-1] if self._calls else None

    def calls(self) -> list[ToolCall]:
        for call in self._calls:
            call.name = self._names.own(call.name)
        return complete(self._calls, self._taken)


def _usage(usage: object) -> Usage | None:
    if not isinstance(usage, dict):
        return None
    details = usage.get("completion_tokens_details")
    reasoning = details.get("reasoning_tokens") if isinstance(details, dict) else 0
    return Usage(
        count_of(usage.get("prompt_tokens")),
        count_of(usage.get("completion_tokens")),
        count_of(reasoning),
    )
