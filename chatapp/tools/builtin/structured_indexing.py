"""Put a file of the session, or a text the model wrote, into a corpus."""

from typing import Any

from pydantic import Field

from chatapp.errors import ToolError
from chatapp.models import Artifact, Document
from chatapp.services.document_requests import MAX_KEY, document_request
from chatapp.services.documents import add_document
from chatapp.services.file_indexing import index_artifact_into
from chatapp.tools.artifacts import find_artifact
from chatapp.tools.base import Tool, ToolArguments, ToolContext
from chatapp.tools.corpora import check_locked, corpus_to_edit, locked_arguments


class StructuredIndexingInput(ToolArguments):
    corpus_key: str = Field(max_length=50, description="The corpus to add to.")
    document_id: str = Field(max_length=MAX_KEY, description="A new id, unique in the corpus.")
    title: str = Field("", max_length=1_000)
    description: str = Field("", max_length=5_000)
    metadata: dict[str, Any] = Field(default_factory=dict)
    artifact_id: str = Field("", description="A file of this session whose text is to be added.")
    document: dict[str, Any] | None = Field(
        None, description='Instead of a file: {"sections": [{"title": "…", "text": "…"}]}.'
    )


class StructuredIndexing(Tool[StructuredIndexingInput], name="structured_indexing"):
    """Add a document to the knowledge base, so that searches find it: a file of this session
    (artifact_id), or a text in sections (document)."""

    title = "Add to the knowledge base"
    Input = StructuredIndexingInput
    has_effects = True
    timeout = 180.0

    async def call(
        self, arguments: StructuredIndexingInput, context: ToolContext
    ) -> dict[str, Any]:
        check_locked(context, set(StructuredIndexingInput.model_fields))
        document = await context.database.run(_index, arguments, context)
        return {
            "document_id": document.key,
            "corpus_key": arguments.corpus_key,
            "title": document.title,
            "parts": document.part_count,
        }


class StructuredDocumentIndex(StructuredIndexing, name="structured_document_index"):
    __doc__ = StructuredIndexing.__doc__


def _index(arguments: StructuredIndexingInput, context: ToolContext) -> Document:
    corpus = corpus_to_edit(context, arguments.corpus_key)
    fixed = _locked_metadata(context)
    metadata = {name: value for name, value in arguments.metadata.items() if name not in fixed}
    named = {"title": arguments.title, "description": arguments.description}
    metadata = {**{name: text for name, text in named.items() if text}, **metadata}
    if arguments.document is not None:
        body = {"type": "structured", **arguments.document, "id": arguments.document_id}
        request = document_request(body)
        request = request.model_copy(update={"metadata": {**request.metadata, **metadata}})
        return add_document(corpus=corpus, request=request, fixed=fixed, may_protect=False)
    if not arguments.artifact_id:
        raise ToolError("Give an artifact_id or a document.", code="invalid_arguments")
    artifact: Artifact = find_artifact(context, arguments.artifact_id)
    return index_artifact_into(
        artifact=artifact,
        corpus=corpus,
        actor=context.session.owner,
        key=arguments.document_id,
        metadata=metadata,
        fixed=fixed,
        may_protect=False,
    )


def _locked_metadata(context: ToolContext) -> dict[str, Any]:
    """The metadata that the operator fixed, as a whole or by single names."""
    locked = locked_arguments(context)
    whole = locked.get("metadata")
    single = {
        key.removeprefix("metadata."): value
        for key, value in locked.items()
        if key.startswith("metadata.")
    }
    return {**(whole if isinstance(whole, dict) else {}), **single}
