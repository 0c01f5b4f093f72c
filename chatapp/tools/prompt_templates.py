"""Prompts for summaries, written as Velocity templates (the wire contract's §8)."""

from collections.abc import Sequence
from typing import Any

import orjson

from chatapp.errors import Unprocessable
from chatapp.lib import velocity
from chatapp.search.languages import LANGUAGES, language_of
from chatapp.services.knowledge_search import SearchResult

_ORDINALS = (
    *("first", "second", "third", "fourth", "fifth"),
    *("sixth", "seventh", "eighth", "ninth", "tenth"),
)


def render_prompt(
    template: str, question: str, passages: Sequence[SearchResult], language: str
) -> tuple[str, str]:
    """What the model is told, and what it is asked. Raises Unprocessable.

    A template of a list of messages gets its values as they stand in JSON; any other text is
    the question as it is.
    """
    code = language if language != "auto" else language_of(question) or "eng"
    scope: dict[str, Any] = {
        "vectaraQuery": question,
        "vectaraQueryResults": [_result(passage) for passage in passages],
        "vectaraLangCode": code,
        "vectaraLangName": LANGUAGES.get(code, code),
        "vectaraIdxWord": list(_ORDINALS),
    }
    if not template.lstrip().startswith("["):
        return "", _rendered(template, scope)
    try:
        messages = orjson.loads(_rendered(template, _escaped(scope)))
        roles = [(str(one["role"]), str(one["content"])) for one in messages]
    except (orjson.JSONDecodeError, TypeError, KeyError) as exc:
        raise Unprocessable(
            f"The prompt template does not make a list of messages with role and content: {exc}"
        ) from exc
    told = "\n\n".join(content for role, content in roles if role == "system")
    return told, "\n\n".join(content for role, content in roles if role != "system")


def _result(passage: SearchResult) -> dict[str, Any]:
    return {
        **passage.as_json(),
        "docMetadata": _metadata(passage.document_metadata),
        "partMetadata": _metadata(passage.part_metadata),
    }


def _metadata(metadata: dict[str, Any]) -> dict[str, Any]:
    return {**metadata, "present": bool(metadata)}


def _rendered(template: str, scope: dict[str, Any]) -> str:
    try:
        return velocity.render(template, scope)
    except velocity.VelocityError as exc:
        raise Unprocessable(f"The prompt template cannot be rendered: {exc}") from exc


def _escaped(value: Any) -> Any:
    """Every text as it stands between the quotes of JSON."""
    if isinstance(value, str):
        return orjson.dumps(value.encode("utf-8", "replace").decode())[1:-1].decode()
    if isinstance(value, list):
        return [_escaped(item) for item in value]
    if isinstance(value, dict):
        return {name: _escaped(item) for name, item in value.items()}
    return value
