"""/v2/corpora/{corpus_key}/upload_file."""

from typing import Any

from django.http import QueryDict

from chatapp.api.auth import ApiRequest
from chatapp.api.corpus_access import corpus_to_edit, may_protect
from chatapp.api.file_form import file_form
from chatapp.api.parsing import from_json
from chatapp.api.roles import Area, Level
from chatapp.api.routing import ApiRouter, level
from chatapp.api.schemas.documents import DocumentOut
from chatapp.errors import InvalidInput
from chatapp.services.document_requests import ChunkingBody
from chatapp.services.file_indexing import index_file
from chatapp.services.query_requests import parsed

router = ApiRouter(Area.CORPORA, "Upload", "/corpora/{corpus_key}/upload_file")


@router.post("", response={201: DocumentOut}, operation_id="uploadFile")
@level(Level.WRITE)
def upload_file(request: ApiRequest, corpus_key: str) -> Any:
    """A form with `file`, and perhaps `filename`, `metadata` and `chunking_strategy` in JSON."""
    corpus = corpus_to_edit(request, corpus_key)
    with file_form(request) as form:
        if not form.filename:
            raise InvalidInput("The file has no name: send `filename`.", {"filename": "Missing."})
        metadata = _json_field(form.fields, "metadata")
        chunking = {"chunking_strategy": _json_field(form.fields, "chunking_strategy") or None}
        document = index_file(
            corpus=corpus,
            path=form.path,
            filename=form.filename,
            mime_type=form.mime_type,
            metadata=metadata,
            chunking=parsed(ChunkingBody, chunking).chunking_strategy,
            may_protect=may_protect(request, corpus_key),
        )
    return DocumentOut.of(document)


def _json_field(fields: QueryDict, name: str) -> dict[str, Any]:
    text = fields.get(name, "").strip()
    value = from_json(text.encode()) if text else {}
    if not isinstance(value, dict):
        raise InvalidInput(f"{name} must be a JSON object.", {name: "Not a JSON object."})
    return value
