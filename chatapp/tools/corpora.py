"""What the tools on corpora share: which corpora an agent may use, and what binds it there.

An agent uses the corpora its configuration names, with the authority of its author; besides
these, a person's own corpora are open to their own session. What an operator locks in
`argument_override` binds, and what it cannot mean is an error: never no filter.
"""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q

from chatapp.errors import NotFound, ToolError
from chatapp.models import Corpus
from chatapp.tools.base import ToolContext

SEARCH = "corpora_search"


def binding_filter(context: ToolContext) -> str:
    """The locked metadata filter, or "" if none is locked."""
    locked = locked_arguments(context)
    if "metadata_filter" not in locked:
        return ""
    given = locked["metadata_filter"]
    if not isinstance(given, str) or not given.strip():
        raise ToolError(
            "The metadata filter of this tool is not set up rightly, so nothing is searched.",
            code="invalid_configuration",
        )
    return given


def locked_arguments(context: ToolContext) -> dict[str, Any]:
    locked = context.configuration.get("argument_override") or {}
    if not isinstance(locked, dict):
        raise ToolError("argument_override is no object.", code="invalid_configuration")
    return locked


def check_locked(context: ToolContext, known: set[str]) -> None:
    """A lock that has no effect, such as a misspelt filter, must not pass for one that has."""
    unknown = {key for key in locked_arguments(context) if key.split(".")[0] not in known}
    if unknown:
        names = ", ".join(sorted(unknown))
        raise ToolError(f"This tool cannot lock {names}.", code="invalid_configuration")


def corpus_to_read(context: ToolContext, key: str) -> Corpus:
    """One that the agent names and its author may search, or the person's own."""
    session = context.session
    named = Corpus.objects.visible_to(session.agent.owner) & _named(context)
    found = named.filter(key=key).first()
    return found or _found(Corpus.objects.visible_to(session.owner).filter(key=key).first(), key)


def corpus_to_edit(context: ToolContext, key: str) -> Corpus:
    """One that the agent names and its author may change, or the person's own."""
    session = context.session
    named = Corpus.objects.editable_by(session.agent.owner) & _named(context)
    found = named.filter(key=key).first()
    return found or _found(Corpus.objects.editable_by(session.owner).filter(key=key).first(), key)


def is_owners(context: ToolContext, corpus: Corpus) -> bool:
    """May the person search this corpus as a whole, without the agent?"""
    return Corpus.objects.visible_to(context.session.owner).filter(pk=corpus.pk).exists()


def searches_of(context: ToolContext, corpus_key: str) -> Iterator[dict[str, Any]]:
    """The agent's searches that may concern a corpus; a key that is a reference may."""
    for configuration in context.session.agent.tool_configurations.values():
        if configuration.get("type") == SEARCH:
            for search in _corpora(configuration):
                key = search.get("corpus_key")
                if key == corpus_key or not isinstance(key, str) or "${" in key:
                    override = configuration.get("argument_override") or {}
                    yield {**search, **override}


def _named(context: ToolContext) -> "Any":
    keys = {search.get("corpus_key") for search in _all_searches(context)}
    keys.add(locked_arguments(context).get("corpus_key"))
    texts = [key for key in keys if isinstance(key, str)]
    return Corpus.objects.filter(Q(key__in=texts))


def _all_searches(context: ToolContext) -> Iterator[dict[str, Any]]:
    for configuration in context.session.agent.tool_configurations.values():
        yield from _corpora(configuration)


def _corpora(configuration: dict[str, Any]) -> list[dict[str, Any]]:
    search = (configuration.get("query_configuration") or {}).get("search") or {}
    corpora = search.get("corpora")
    return [one for one in corpora if isinstance(one, dict)] if isinstance(corpora, list) else []


def _found(corpus: Corpus | None, key: str) -> Corpus:
    if corpus is None:
        raise NotFound("Corpus not found.", missing_id=key)
    return corpus
