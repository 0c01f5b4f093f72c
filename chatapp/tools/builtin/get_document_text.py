"""Read a document that a search has named, as far as the agent's filter lets one."""

from typing import Any

from pydantic import Field

from chatapp.errors import ToolError
from chatapp.lib.json_paths import leave_out
from chatapp.models import Corpus, Document
from chatapp.services.filtering import scope_of
from chatapp.services.indexes.scope import fetch
from chatapp.tools.base import Tool, ToolArguments, ToolContext
from chatapp.tools.corpora import (
    binding_filter,
    check_locked,
    corpus_to_read,
    is_owners,
    searches_of,
)

LONGEST_TEXT = 60_000


class GetDocumentTextInput(ToolArguments):
    document_id: str = Field(max_length=500, description="The document_id of a search result.")
    corpus_key: str = Field(max_length=50, description="The corpus_key of the same result.")


class GetDocumentText(Tool[GetDocumentTextInput], name="get_document_text"):
    """Get the whole text of a document of the knowledge base, when a passage of it that a search
    has found is not enough."""

    title = "Read a document"
    Input = GetDocumentTextInput

    async def call(self, arguments: GetDocumentTextInput, context: ToolContext) -> dict[str, Any]:
        check_locked(context, {"document_id", "corpus_key", "metadata_filter"})
        return await context.database.run(_read, arguments, context)


def _read(arguments: GetDocumentTextInput, context: ToolContext) -> dict[str, Any]:
    corpus = corpus_to_read(context, arguments.corpus_key)
    scope = scope_of(corpus, _filter(context, corpus))
    document = Document.objects.of(corpus, arguments.document_id)
    rows = fetch(
        f"SELECT p.position, p.text FROM {scope.parts} AND p.document_id = %s ORDER BY p.position",
        (*scope.bound, document.pk),
    )
    if not rows:
        raise ToolError(f"There is no document {arguments.document_id!r}.", code="not_found")
    text = "\n\n".join(part for _, part in rows)
    return {
        "document_id": document.key,
        "corpus_key": corpus.key,
        "title": document.title,
        "metadata": _shown(document.metadata, context),
        "text": text[:LONGEST_TEXT],
        "truncated": len(text) > LONGEST_TEXT,
    }


def _filter(context: ToolContext, corpus: Corpus) -> str:
    """The locked filter. Where the agent's searches have one, this tool must have one, too."""
    locked = binding_filter(context)
    if locked or is_owners(context, corpus):
        return locked
    if any(search.get("metadata_filter") for search in searches_of(context, corpus.key)):
        raise ToolError(
            "This corpus is searched with a filter: lock metadata_filter for this tool as well.",
            code="invalid_configuration",
        )
    return ""


def _shown(metadata: dict[str, Any], context: ToolContext) -> dict[str, Any]:
    """As the configuration has it: `include` false shows none, `exclude_paths` leaves some out."""
    wanted = (context.configuration.get("tool_configuration") or {}).get("metadata") or {}
    if wanted.get("include") is False:
        return {}
    shown: dict[str, Any] = leave_out(metadata, wanted.get("exclude_paths") or ())
    return shown
