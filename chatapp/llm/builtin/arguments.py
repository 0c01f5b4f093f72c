"""Fills the input schema of a tool, as well as rules can, from what the user wrote."""

import json
import re
from typing import Any

from chatapp.llm.base import ToolSpec
from chatapp.search.words import folded, words

URL = re.compile(r"https?://[^\s<>\"'\])}]+[^\s<>\"'\])}.,;:!?]")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w")
_QUOTED = re.compile(r"[\"“„«]([^\"”“»]{1,2000})[\"”“»]|`([^`]{1,2000})`")
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w.])")
_AFTER = re.compile(
    r"\b(?:with|for|on|about|to|of|in|mit|fur|uber|avec|pour|sur|con|para|sobre)\b:? +", re.I
)
_USING = r"\b(?:use|call|run|ask|invoke|with|via|mit|nutze|frage?|utilise|demande|usa|pregunta)\b"
_FREE_TEXT = frozenset({"query", "message", "text", "question", "input", "prompt", "content", "q"})


def arguments_for(tool: ToolSpec, message: str) -> tuple[dict[str, Any], list[str]]:
    """The arguments found, and the names of the required ones that were not."""
    properties = properties_of(tool.input_schema)
    given = _json_in(message)
    arguments = {key: value for key, value in given.items() if key in properties or not properties}
    finder = _Finder(tool, message)
    for name, schema in properties.items():
        if name not in arguments and (value := finder.find(name, schema)) is not None:
            arguments[name] = value
    required = tool.input_schema.get("required")
    names = (
        [name for name in required if isinstance(name, str)] if isinstance(required, list) else []
    )
    if len(names) == 1 and names[0] not in arguments:
        arguments.update(finder.rest(names[0], properties.get(names[0], {})))
    return arguments, [name for name in names if name not in arguments]


class _Finder:
    """Takes values out of a message, each number and quotation once."""

    def __init__(self, tool: ToolSpec, message: str) -> None:
        self._tool = tool
        self._message = message
        bare = URL.sub(" ", message)
        self._numbers = _NUMBER.findall(_QUOTED.sub(" ", bare))
        self._quoted = [first or second for first, second in _QUOTED.findall(bare)]

    def find(self, name: str, schema: dict[str, Any]) -> Any:
        if isinstance(schema.get("enum"), list):
            return self._choice(schema["enum"])
        if (labelled := self._labelled(name)) is not None:
            return _as_type(labelled, schema)
        match schema.get("type"):
            case "integer" | "number" if self._numbers:
                return _as_type(self._numbers.pop(0), schema)
            case "string":
                return self._string(name, schema)
        return None

    def rest(self, name: str, schema: dict[str, Any]) -> dict[str, Any]:
        """For the only thing a tool needs: what stands after `with` or `for`, else all."""
        if schema.get("type") != "string":
            return {}
        if name in _FREE_TEXT:
            return {name: self._without_the_asking() or self._message}
        after = _AFTER.split(self._message, maxsplit=1)
        return {name: after[1].strip(" ?.!")} if len(after) == 2 and after[1].strip() else {}

    def _string(self, name: str, schema: dict[str, Any]) -> str | None:
        if name in ("url", "uri", "link") or schema.get("format") in ("uri", "url"):
            found = URL.search(self._message)
            return found[0] if found else None
        if "email" in name or schema.get("format") == "email":
            found = _EMAIL.search(self._message)
            return found[0] if found else None
        return self._quoted.pop(0) if self._quoted else None

    def _choice(self, choices: list[Any]) -> Any:
        said = words(self._message)
        return next(
            (one for one in choices if isinstance(one, str) and set(words(one)) <= set(said)), None
        )

    def _labelled(self, name: str) -> str | None:
        label = re.escape(name).replace("_", "[_ -]")
        found = re.search(rf"\b{label}\s*[=:]\s*(\"[^\"]*\"|[^\s,;]+)", self._message, re.I)
        return found[1].strip('"') if found else None

    def _without_the_asking(self) -> str:
        """`Use the weather tool with Paris` is about Paris."""
        name = re.escape(self._tool.name).replace("_", "[_ -]")
        told = r"(?: (?:with|for|about|to|on|whether|if))?[:,]? *"
        asking = rf"^.{{0,40}}?\b{name}\b(?: (?:tool|agent))?{told}"
        return re.sub(asking, "", self._message, count=1, flags=re.I).strip()


def is_named(tool: ToolSpec, message: str) -> bool:
    """Does the message speak of this tool by its name?"""
    text = folded(message)
    name = folded(tool.name)
    if "_" in name and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text):
        return True
    spaced = re.escape(re.sub(r"[_\W]+", " ", name).strip())
    asked = rf"{_USING}.{{0,30}}\b{spaced}\b|\b{spaced} (?:tool|agent|werkzeug|outil)\b"
    return bool(spaced) and bool(re.search(asked, text))


def properties_of(schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    properties = schema.get("properties")
    if not isinstance(properties, dict):
        return {}
    return {name: one for name, one in properties.items() if isinstance(one, dict)}


def _json_in(message: str) -> dict[str, Any]:
    """The first JSON object written in the message."""
    start = message.find("{")
    if start < 0:
        return {}
    try:
        value, _ = json.JSONDecoder().raw_decode(message, start)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _as_type(text: str, schema: dict[str, Any]) -> Any:
    try:
        match schema.get("type"):
            case "integer":
                return int(text)
            case "number":
                return float(text)
            case "boolean":
                return text.lower() in ("true", "yes", "1", "on")
    except ValueError:
        return None
    return text
