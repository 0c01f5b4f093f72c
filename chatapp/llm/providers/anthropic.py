"""Anthropic's messages API.

Knows the wire format. What goes over the wire, and what a breakdown is called, is told by the
modules it imports.
"""

from base64 import b64encode
from collections.abc import AsyncIterator, Iterable
from typing import Any

from chatapp.events.bodies import ToolInput
from chatapp.llm.base import (
    Chunk,
    ImageInput,
    LLMRequest,
    OutputSchema,
    Provider,
    ToolCall,
    Usage,
)
from chatapp.llm.call_parts import CallParts, complete, count_of, text_of
from chatapp.llm.failures import failed_stream
from chatapp.llm.http import StreamOptions
from chatapp.llm.streaming import Assembler, FinishReason, chunks
from chatapp.llm.strict_schemas import may_be_strict
from chatapp.llm.tool_names import ToolNames
from chatapp.llm.transcript import (
    CallOutput,
    Message,
    ModelMessage,
    UserMessage,
    json_text,
    transcribe,
)

BASE_URL = "https://api.anthropic.com/v1"
VERSION = "2023-06-01"
MAX_TOKENS = 8192

FINISHES: dict[str, FinishReason] = {
    "tool_use": "tool_calls",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "content_filter",
}


class Anthropic(Provider, name="anthropic"):
    async def stream(self, request: LLMRequest) -> AsyncIterator[Chunk]:
        base = (self.base_url or BASE_URL).rstrip("/").removesuffix("/v1")
        headers = {"x-api-key": self.api_key.strip(), "anthropic-version": VERSION}
        options = StreamOptions.read(self.options)
        assembler, body = AnthropicAssembler(request), request_body(request)
        async for chunk in chunks(assembler, f"{base}/v1/messages", headers, body, options):
            yield chunk


def request_body(request: LLMRequest) -> dict[str, Any]:
    names = ToolNames(tool.name for tool in request.tools)
    transcript = transcribe(request)
    body = {"max_tokens": MAX_TOKENS} | request.parameters
    body |= {
        "model": request.model,
        "messages": _messages(transcript.messages, names),
        "stream": True,
    }
    if system := _system(transcript.system, request.output_schema):
        body["system"] = system
    if request.tools:
        body["tools"] = [
            {
                "name": names.sent(tool.name),
                "description": tool.description,
                "input_schema": {"type": "object"} | tool.input_schema,
            }
            for tool in request.tools
        ]
    elif earlier := _called(transcript.messages, names):
        # The server refuses calls in the history when no tool is named at all.
        body["tools"] = [{"name": name, "input_schema": {"type": "object"}} for name in earlier]
        body["tool_choice"] = {"type": "none"}
    if request.output_schema and may_be_strict(request.output_schema.schema):
        given = {"type": "json_schema", "schema": request.output_schema.schema}
        body["output_config"] = _dict(body.get("output_config")) | {"format": given}
    if isinstance(transcript.messages[-1], ModelMessage):
        # After a call, the server wants its signed thoughts back, and we do not keep them.
        body.pop("thinking", None)
    return body


def _called(messages: Iterable[Message], names: ToolNames) -> list[str]:
    """The tools that were called so far, as they are sent."""
    said = (message for message in messages if isinstance(message, ModelMessage))
    return list(dict.fromkeys(names.sent(call.name) for one in said for call in one.calls))


def _system(instructions: str, schema: OutputSchema | None) -> str:
    """A schema that the server would refuse is put in words."""
    if schema is None or may_be_strict(schema.schema):
        return instructions
    asked = f"Answer with JSON that fits this schema, and nothing else:\n{json_text(schema.schema)}"
    return "\n\n".join(part for part in (instructions, asked) if part)


def _messages(messages: Iterable[Message], names: ToolNames) -> list[dict[str, Any]]:
    """User and assistant in turns. What tools answered is the user's to say, and comes first."""
    written: list[dict[str, Any]] = []
    for message in messages:
        if isinstance(message, UserMessage):
            _say(written, "user", [_block(part) for part in message.parts])
        else:
            _say(written, "assistant", _spoken(message, names))
            if message.outputs:
                _say(written, "user", [_tool_result(output) for output in message.outputs])
    return written


def _say(written: list[dict[str, Any]], role: str, blocks: list[dict[str, Any]]) -> None:
    if written and written[-1]["role"] == role:
        written[-1]["content"] += blocks
    else:
        written.append({"role": role, "content": blocks})


def _block(part: str | ImageInput) -> dict[str, Any]:
    if isinstance(part, str):
        return {"type": "text", "text": part}
    data = b64encode(part.data).decode()
    source = {"type": "base64", "media_type": part.mime_type, "data": data}
    return {"type": "image", "source": source}


def _spoken(message: ModelMessage, names: ToolNames) -> list[dict[str, Any]]:
    # The server refuses text that ends in white space.
    blocks = [_block(message.text.rstrip())] if message.text else []
    return blocks + [
        {
            "type": "tool_use",
            "id": call.id,
            "name": names.sent(call.name),
            "input": call.arguments,
        }
        for call in message.calls
    ]


def _tool_result(output: CallOutput) -> dict[str, Any]:
    block = {"type": "tool_result", "tool_use_id": output.call_id, "content": output.text}
    return block | ({"is_error": True} if output.is_error else {})


class AnthropicAssembler(Assembler):
    def __init__(self, request: LLMRequest) -> None:
        super().__init__()
        self._names = ToolNames(tool.name for tool in request.tools)
        self._taken = {b.tool_call_id for b in request.history if isinstance(b, ToolInput)}
        self._calls: dict[int, CallParts] = {}
        self._input_tokens = 0
        self._takers = {
            "message_start": self._message_start,
            "content_block_start": self._block_start,
            "content_block_delta": self._block_delta,
            "message_delta": self._message_delta,
            "message_stop": self._message_stop,
            "error": self._error,
        }

    def take_frame(self, frame: dict[str, Any]) -> list[Chunk]:
        taker = self._takers.get(text_of(frame.get("type")))
        if taker is None:
            return []
        self.heard = True
        return taker(frame)

    def _message_start(self, frame: dict[str, Any]) -> list[Chunk]:
        usage = _dict(_dict(frame.get("message")).get("usage"))
        kinds = ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
        self._count_input(sum(count_of(usage.get(kind)) for kind in kinds))
        return []

    def _block_start(self, frame: dict[str, Any]) -> list[Chunk]:
        block, index = _dict(frame.get("content_block")), frame.get("index")
        if block.get("type") == "tool_use" and isinstance(index, int) and self.finish is None:
            call = CallParts(text_of(block.get("id")), text_of(block.get("name")))
            self._calls[index] = call
            # Most servers send an empty object here, and the input piece by piece.
            self.grow(call.add_arguments(block.get("input") or ""))
        return self.text(block.get("text"))

    def _block_delta(self, frame: dict[str, Any]) -> list[Chunk]:
        delta = _dict(frame.get("delta"))
        match delta.get("type"):
            case "text_delta":
                return self.text(delta.get("text"))
            case "thinking_delta":
                return self.thinking(delta.get("thinking"))
            case "input_json_delta":
                self._add_arguments(frame.get("index"), delta.get("partial_json"))
        return []

    def _add_arguments(self, index: object, part: object) -> None:
        call = self._calls.get(index) if isinstance(index, int) else None
        if call is not None and self.finish is None:
            self.grow(call.add_arguments(part))

    def _message_delta(self, frame: dict[str, Any]) -> list[Chunk]:
        usage = _dict(frame.get("usage"))
        if usage:
            self._count_input(count_of(usage.get("input_tokens")))
            self.usage = Usage(self._input_tokens, count_of(usage.get("output_tokens")))
        reason = _dict(frame.get("delta")).get("stop_reason")
        if isinstance(reason, str) and reason and self.finish is None:
            self.finish = FINISHES.get(reason, "stop")
        return []

    def _count_input(self, tokens: int) -> None:
        # Only the first report counts what was read from the cache, too.
        self._input_tokens = max(self._input_tokens, tokens)

    def _message_stop(self, frame: dict[str, Any]) -> list[Chunk]:
        self.done = True
        return []

    def _error(self, frame: dict[str, Any]) -> list[Chunk]:
        self.error = failed_stream(frame.get("error"))
        return []

    def calls(self) -> list[ToolCall]:
        for call in self._calls.values():
            call.name = self._names.own(call.name)
        return complete(self._calls.values(), self._taken)


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
