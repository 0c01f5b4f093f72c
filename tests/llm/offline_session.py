"""A session in memory for the built-in model: files, a knowledge base, and tools that work.

It keeps the history as the agent loop would, and knows nothing of the loop.
"""

import json
import re
from collections.abc import Callable
from typing import Any

from chatapp.events.bodies import (
    AgentOutput,
    ArtifactUpload,
    EventBody,
    Source,
    ToolInput,
    ToolOutput,
    UploadedArtifact,
    text_message,
)
from chatapp.llm.base import Citations, LLMRequest, OutputSchema, TextDelta, ToolCall, ToolSpec
from chatapp.llm.providers.builtin import BuiltIn

READ_AT_ONCE = 200
MOST_STEPS = 20


def tool(
    name: str,
    tool_type: str = "",
    *,
    description: str = "",
    required: tuple[str, ...] = (),
    **properties: Any,
) -> ToolSpec:
    schema = {"type": "object", "properties": properties, "required": list(required)}
    return ToolSpec(name, description, schema, tool_type or name)


FILE_TOOLS = (
    tool("document_conversion"),
    tool("artifact_read"),
    tool("artifact_grep"),
    tool("artifact_create"),
)


class OfflineSession:
    """Say something with `ask`; `calls` holds the tool calls that led to the answer."""

    def __init__(self, *tools: ToolSpec, instructions: str = "Be helpful.") -> None:
        self.tools = tools or FILE_TOOLS
        self.instructions = instructions
        self.history: list[EventBody] = []
        self.texts: dict[str, str] = {}
        self.names: dict[str, str] = {}
        self.documents: dict[str, str] = {}
        self.knowledge: list[dict[str, Any]] = []
        self.answers: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {}
        self.calls: list[ToolInput] = []
        self.sources: tuple[Source, ...] = ()

    def drop(self, name: str, text: str, mime_type: str = "") -> str:
        """Upload a file. Text files hold the text; others show it only when converted."""
        artifact_id = f"art_{len(self.names) + 1}"
        self.names[artifact_id] = name
        is_text = name.endswith((".txt", ".md", ".csv"))
        (self.texts if is_text else self.documents)[artifact_id] = text
        kind = mime_type or ("text/plain" if is_text else "application/octet-stream")
        uploaded = UploadedArtifact(
            artifact_id=artifact_id, filename=name, mime_type=kind, size_bytes=len(text)
        )
        self.history.append(ArtifactUpload(artifacts=(uploaded,)))
        return artifact_id

    async def ask(self, message: str, *, schema: dict[str, Any] | None = None) -> str:
        self.history.append(text_message(message))
        return await self.go_on(schema=schema)

    async def go_on(self, *, schema: dict[str, Any] | None = None) -> str:
        self.calls = []
        for _ in range(MOST_STEPS):
            text, calls = await self._think(schema)
            if not calls:
                self.history.append(AgentOutput(content=text or "-", sources=self.sources))
                return text
            inputs = [self._input(call) for call in calls]
            self.calls += inputs
            self.history += inputs
            self.history += [self._run(one) for one in inputs]
        raise AssertionError("The built-in model never came to an end.")

    def request(self, schema: dict[str, Any] | None = None) -> LLMRequest:
        return LLMRequest(
            model="builtin",
            instructions=self.instructions,
            history=tuple(self.history),
            tools=self.tools,
            output_schema=OutputSchema("answer", schema) if schema else None,
        )

    async def _think(self, schema: dict[str, Any] | None) -> tuple[str, list[ToolCall]]:
        text, calls, self.sources = "", [], ()
        async for chunk in BuiltIn(options={"delay": 0}).stream(self.request(schema)):
            if isinstance(chunk, TextDelta):
                text += chunk.text
            elif isinstance(chunk, ToolCall):
                calls.append(chunk)
            elif isinstance(chunk, Citations):
                self.sources = tuple(chunk.sources)
        return text, calls

    def _input(self, call: ToolCall) -> ToolInput:
        spec = next(tool for tool in self.tools if tool.name == call.name)
        return ToolInput(
            tool_call_id=call.id,
            tool_configuration_name=spec.name,
            tool_name=spec.tool_type,
            tool_input=json.loads(call.arguments),
        )

    def _run(self, call: ToolInput) -> ToolOutput:
        run = self.answers.get(call.tool_configuration_name) or getattr(self, f"_{call.tool_name}")
        output = run(call.tool_input)
        return ToolOutput(
            tool_call_id=call.tool_call_id,
            tool_configuration_name=call.tool_configuration_name,
            tool_name=call.tool_name,
            tool_output=output,
            error="error" in output,
        )

    def _document_conversion(self, arguments: dict[str, Any]) -> dict[str, Any]:
        original = arguments["artifact_id"]
        if not self.documents[original]:
            return {"error": "The file is encrypted.", "code": "encrypted"}
        made = f"{original}md"
        self.texts[made] = self.documents[original]
        self.names[made] = f"{self.names[original]}.md"
        return {"artifact_id": made, "filename": self.names[made], "pages": 1}

    def _artifact_read(self, arguments: dict[str, Any]) -> dict[str, Any]:
        lines = self.texts[arguments["artifact_id"]].splitlines()
        start = arguments.get("start_line", 1)
        end = min(arguments.get("end_line", len(lines)), start + READ_AT_ONCE - 1, len(lines))
        return {
            "content": "\n".join(lines[start - 1 : end]),
            "start_line": start,
            "end_line": end,
            "total_lines": len(lines),
            "filename": self.names[arguments["artifact_id"]],
        }

    def _artifact_grep(self, arguments: dict[str, Any]) -> dict[str, Any]:
        pattern = re.compile(arguments["pattern"], re.I)
        lines = enumerate(self.texts[arguments["artifact_id"]].splitlines(), start=1)
        matches = [{"line": number, "text": text} for number, text in lines if pattern.search(text)]
        return {"matches": matches[:100], "match_count": len(matches)}

    def _artifact_create(self, arguments: dict[str, Any]) -> dict[str, Any]:
        made = f"art_{len(self.names) + 1}"
        self.texts[made], self.names[made] = arguments["content"], arguments["filename"]
        return {"artifact_id": made, "filename": arguments["filename"]}

    def _corpora_search(self, arguments: dict[str, Any]) -> dict[str, Any]:
        return {"search_results": self.knowledge}
