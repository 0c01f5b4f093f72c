"""A question taken apart, for one corpus: what to look for, and within which filter."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from chatapp.errors import InvalidInput
from chatapp.lib import strict_json
from chatapp.models import Corpus
from chatapp.services.filtering import scope_of
from chatapp.services.query_requests import (
    MAX_FILTER,
    MAX_QUERY,
    KeyedCorpusSearch,
    SearchParameters,
)

Warning = Literal[
    "no_filter_attrs", "extracted_empty_filter", "failed_to_parse_extracted_filter", "failure"
]


@dataclass(frozen=True, slots=True)
class Rewritten:
    """Without a `query` there is nothing to change; the `warning` says why."""

    corpus_key: str
    query: str = ""
    metadata_filter: str = ""
    warning: Warning | None = None

    def as_json(self) -> dict[str, Any]:
        found = {"query": self.query, "metadata_filter": self.metadata_filter}
        return {"corpus_key": self.corpus_key, "filter_extraction": found}


def attributes_in_words(corpus: Corpus) -> str:
    """What a filter of this corpus may say, a line for each attribute; "" for nothing."""
    return "\n".join(
        " ".join(filter(None, (f"{attribute} ({attribute.type})", attribute.description)))
        for attribute in corpus.filter_attributes.all()
    )


def read_rewritten(text: str, corpus: Corpus, filters: Iterable[str] = ()) -> Rewritten:
    """What a model wrote, as far as it can be understood and is a filter of the corpus.

    It is a failure, too, if one of the request's own `filters` leaves no room for another.
    """
    begin, end = text.find("{"), text.rfind("}") + 1
    try:
        value = strict_json.parse_object(text[begin:end])
    except ValueError:
        return Rewritten(corpus.key, warning="failure")
    query, metadata_filter = value.get("query"), value.get("metadata_filter") or ""
    if not isinstance(query, str) or not query.strip() or len(query) > MAX_QUERY:
        return Rewritten(corpus.key, warning="failure")
    if not isinstance(metadata_filter, str) or not _is_filter(metadata_filter, corpus):
        return Rewritten(corpus.key, warning="failed_to_parse_extracted_filter")
    if not all(_is_filter(_both(asked, metadata_filter), corpus) for asked in filters):
        return Rewritten(corpus.key, warning="failure")
    warning: Warning | None = None if metadata_filter else "extracted_empty_filter"
    return Rewritten(corpus.key, query, metadata_filter, warning)


def with_rewritten(
    search: SearchParameters, rewritten: list[Rewritten], corpora: dict[str, Corpus]
) -> SearchParameters:
    """The search for what was found in the question. A filter only ever narrows the request's."""
    by_corpus = {one.corpus_key: one for one in rewritten if one.query}
    changed = [
        _narrowed(asked, by_corpus[asked.corpus_key], corpora[asked.corpus_key])
        if asked.corpus_key in by_corpus and not asked.query
        else asked
        for asked in search.corpora
    ]
    return search.model_copy(update={"corpora": changed})


def _narrowed(asked: KeyedCorpusSearch, found: Rewritten, corpus: Corpus) -> KeyedCorpusSearch:
    # By itself first: together with another it must not mean something else.
    scope_of(corpus, asked.metadata_filter)
    both = _both(asked.metadata_filter, found.metadata_filter)
    return asked.model_copy(update={"query": found.query, "metadata_filter": both})


def _both(asked: str, found: str) -> str:
    """Each was read by itself, so in parentheses it means what it meant alone."""
    return f"({asked}) AND ({found})" if asked and found else asked or found


def _is_filter(metadata_filter: str, corpus: Corpus) -> bool:
    if len(metadata_filter) > MAX_FILTER:
        return False
    try:
        scope_of(corpus, metadata_filter)
    except InvalidInput:
        return False
    return True
