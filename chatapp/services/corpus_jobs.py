"""Long work on a corpus, each as a job."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from chatapp.errors import ChatappError
from chatapp.models import Corpus, Job
from chatapp.services import corpora
from chatapp.services.corpora import AttributeRequest
from chatapp.services.documents import delete_documents
from chatapp.services.file_indexing import index_file
from chatapp.services.jobs import Report, Work, run_job, start_job
from chatapp.services.reembedding import reembed

REPLACE_ATTRIBUTES = "replace_filter_attributes"
BULK_DELETE = "bulk_delete_documents"
INDEX_FILES = "index_files"
REBUILD = "rebuild_vector_index"
DELETED_AT_ONCE = 500


def replace_filter_attributes(*, corpus: Corpus, attributes: Sequence[AttributeRequest]) -> Job:
    def work(report: Report) -> dict[str, int]:
        corpora.replace_filter_attributes(corpus=corpus, attributes=attributes)
        return {"attributes": len(attributes)}

    return run_job(REPLACE_ATTRIBUTES, corpus, work)


def bulk_delete(*, corpus: Corpus, ids: Sequence[int]) -> Job:
    """Delete documents by their primary keys; `detail` says how many there were."""

    def work(report: Report) -> dict[str, int]:
        deleted = 0
        for start in range(0, len(ids), DELETED_AT_ONCE):
            deleted += delete_documents(corpus=corpus, ids=ids[start : start + DELETED_AT_ONCE])
            report(100 * start // len(ids))
        return {"deleted_count": deleted, "skipped_count": len(ids) - deleted}

    return run_job(BULK_DELETE, corpus, work)


def rebuild_vectors(*, corpus: Corpus, encoder_name: str) -> Job:
    return run_job(REBUILD, corpus, _rebuilding(corpus, encoder_name))


def start_rebuild(*, corpus: Corpus, encoder_name: str) -> Job:
    return start_job(REBUILD, corpus, _rebuilding(corpus, encoder_name))


def start_indexing(*, corpus: Corpus, folder: Path, metadata: dict[str, Any]) -> Job:
    """Index the files of a folder, one after the other, and remove it. `detail` names failures."""

    def work(report: Report) -> dict[str, Any]:
        paths = sorted(path for path in folder.iterdir() if path.is_file())
        failed: dict[str, str] = {}
        try:
            for number, path in enumerate(paths):
                report(100 * number // len(paths))
                try:
                    index_file(corpus=corpus, path=path, filename=path.name, metadata=metadata)
                except ChatappError as exc:
                    failed[path.name] = exc.message
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return {"indexed": len(paths) - len(failed), "failed": failed}

    return start_job(INDEX_FILES, corpus, work)


def _rebuilding(corpus: Corpus, encoder_name: str) -> Work:
    return lambda report: {
        "parts": reembed(corpus=corpus, encoder_name=encoder_name, report=report)
    }
