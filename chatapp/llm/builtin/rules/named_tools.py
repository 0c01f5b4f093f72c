"""A tool the user plainly asks for: by its name, by an address to open, by a search of the web."""

from chatapp.llm.base import ToolSpec
from chatapp.llm.builtin.arguments import URL, arguments_for, is_named
from chatapp.llm.builtin.moves import Act, Move, PlannedCall, Say
from chatapp.llm.builtin.reporting import report
from chatapp.llm.builtin.situation import Situation
from chatapp.llm.builtin.wishes import WEB_SEARCH, WEB_SEARCHING

# These have rules of their own, which know what they are for.
OWN_RULES = (
    "artifact_create",
    "artifact_grep",
    "artifact_read",
    "corpora_search",
    "document_conversion",
    "get_document_text",
    "image_read",
    "structured_document_index",
    "structured_indexing",
)


def named_tools(situation: Situation) -> Move | None:
    tool = _asked_for(situation)
    if tool is None:
        return None
    calls = [call for call in situation.conversation.calls_now if call.tool == tool.name]
    if calls and calls[-1].output is not None:
        return Say(report(situation, calls[-1]))
    return call_with_message(situation, tool)


def call_with_message(situation: Situation, tool: ToolSpec) -> Act | Say | None:
    """Call the tool with what the message says, or ask for what is missing."""
    arguments, missing = arguments_for(tool, _said(situation, tool))
    if missing:
        names = ", ".join(f"`{name}`" for name in missing)
        return situation.say("tool_needs", tool=tool.name, names=names)
    return situation.act("using_tool", [PlannedCall(tool.name, arguments)], tool=tool.name)


def _asked_for(situation: Situation) -> ToolSpec | None:
    tools = [tool for tool in situation.request.tools if tool.tool_type not in OWN_RULES]
    named = next((tool for tool in tools if is_named(tool, situation.message[:2000])), None)
    if named:
        return named
    if URL.search(situation.message):
        return situation.tool("web_get")
    if WEB_SEARCH.search(situation.folded):
        return situation.tool("web_search")
    return None


def _said(situation: Situation, tool: ToolSpec) -> str:
    """The message; for a search of the web, only what to search for."""
    if tool.tool_type != "web_search":
        return situation.message
    return WEB_SEARCHING.sub("", situation.message, count=1).strip(" :,") or situation.message
