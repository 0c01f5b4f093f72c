"""Tells what a tool answered, in a form for people. Knows no particular tool."""

import json
import re
from typing import Any

from chatapp.llm.builtin.conversation import Call, dicts_of, text_of
from chatapp.llm.builtin.quoting import harmless, quote
from chatapp.llm.builtin.situation import Situation
from chatapp.search.passages import Passage, split
from chatapp.search.ranking import rank_few

LONGEST_TEXT = 3_000
LONGEST_PAGE = 200_000
MOST_RESULTS = 5

_TEXT_KEYS = (
    *("sub_agent_response", "answer", "response", "result"),
    *("text", "summary", "content", "value"),
)
_HIDDEN = re.compile(r"<(script|style|head|nav|svg)\b", re.I)
_TAG = re.compile(r"<[^<>]{1,2000}>")
_BLOCK_TAG = re.compile(r"<[^<>]{1,2000}>")


def report(situation: Situation, call: Call) -> str:
    """The answer of a tool, or why there is none."""
    if call.failed:
        return situation.phrase("tool_failed", tool=call.tool, error=call.error or "?")
    output = call.output or {}
    if call.tool_type == "web_get":
        return _page(situation, call, output)
    for key in ("results", "search_results"):
        if results := dicts_of(output.get(key)):
            return _results(situation, call, results)
    told = next((text for key in _TEXT_KEYS if (text := text_of(output.get(key)).strip())), "")
    if told and call.tool_type == "sub_agent":
        return f"{situation.phrase('agent_says', tool=call.tool)}\n\n{told[:LONGEST_TEXT]}"
    return f"{situation.phrase('tool_says', tool=call.tool)}\n\n{_values(output, told)}"


def _page(situation: Situation, call: Call, output: dict[str, Any]) -> str:
    """The passages of a page that fit the question; its beginning if none does."""
    url = text_of(call.arguments.get("url"))
    status = output.get("status_code")
    if isinstance(status, int) and status >= 400:
        return situation.phrase("tool_failed", tool=call.tool, error=f"HTTP {status}")
    passages = split(_readable(text_of(output.get("content"))[:LONGEST_PAGE]))[:300]
    if not passages:
        return situation.phrase("page_empty", url=url)
    hits = rank_few(situation.question.replace(url, " "), passages, situation.embedder, limit=2)
    chosen = [hit.passage for hit in hits if hit.is_relevant] or passages[:2]
    return "\n\n".join([situation.phrase("page_says", url=url), *map(_quoted, chosen)])


def _results(situation: Situation, call: Call, results: list[dict[str, Any]]) -> str:
    lines = []
    for result in results[:MOST_RESULTS]:
        title = text_of(result.get("title")) or text_of(result.get("url")) or "–"
        said = next(
            (text for key in ("content", "snippet", "text") if (text := text_of(result.get(key)))),
            "",
        )
        url = text_of(result.get("url"))
        place = f" <{url}>" if url.startswith(("http://", "https://")) else ""
        lines.append(f"- **{title[:200]}**{place}\n  {' '.join(harmless(said).split())[:300]}")
    return f"{situation.phrase('tool_says', tool=call.tool)}\n\n" + "\n".join(lines)


def _values(output: dict[str, Any], told: str) -> str:
    if told and len(output) <= 2:
        return quote(harmless(told[:LONGEST_TEXT]))
    if output and all(
        isinstance(value, str | int | float | bool | None) for value in output.values()
    ):
        return "\n".join(f"- **{name}**: {str(value)[:500]}" for name, value in output.items())
    dumped = json.dumps(output, ensure_ascii=False, indent=2)[:LONGEST_TEXT]
    return f"```json\n{dumped.replace('```', '` ` `')}\n```"


def _quoted(passage: Passage) -> str:
    return quote(harmless(passage.text[:LONGEST_TEXT]))


def _readable(content: str) -> str:
    """A page without its tags; text that is no page stays as it is."""
    if not re.search(r"<(?:html|body|p|div)\b", content[:20_000], re.I):
        return content
    text = _TAG.sub(" ", _BLOCK_TAG.sub("\n\n", _without_hidden(content)))
    lines = (" ".join(line.split()) for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines))


def _without_hidden(page: str) -> str:
    """Cut scripts and the like; what is never closed, to the end. Reads each part once."""
    kept: list[str] = []
    at = 0
    for opened in _HIDDEN.finditer(page):
        if opened.start() < at:
            continue
        kept.append(page[at : opened.start()])
        closed = re.compile(rf"</{opened[1]}\s*>", re.I).search(page, opened.end())
        if not closed:
            return " ".join(kept)
        at = closed.end()
    return " ".join([*kept, page[at:]])
