"""Long work on a corpus, with a row that tells how far it has come."""

import shutil
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import structlog
from django.db import connection
from django.utils import timezone

from chatapp.errors import ChatappError
from chatapp.models import Corpus, Job
from chatapp.services import corpora
from chatapp.services.corpora import AttributeRequest
from chatapp.services.documents import delete_documents
from chatapp.services.file_indexing import index_file
from chatapp.services.reembedding import reembed

REPLACE_ATTRIBUTES = "replace_filter_attributes"
BULK_DELETE = "bulk_delete_documents"
INDEX_FILES = "index_files"
REBUILD = "rebuild_vector_index"
DELETED_AT_ONCE = 500

log = structlog.get_logger(__name__)
Report = Callable[[int], None]
Work = Callable[[Report], dict[str, Any]]


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


def run_job(kind: str, corpus: Corpus, work: Work) -> Job:
    """Do the work here and now. Whatever it raises is stored with the job, and raised again."""
    return _run(Job.objects.create(type=kind, corpus_keys=[corpus.key]), work)


def start_job(kind: str, corpus: Corpus, work: Work) -> Job:
    """Do the work in a thread of its own. It ends with the process; begun again, it starts anew."""
    job = Job.objects.create(type=kind, corpus_keys=[corpus.key])

    def aside() -> None:
        try:
            _run(Job.objects.get(pk=job.pk), work)
        except Exception:
            log.exception("corpus.job_failed", job=job.key, type=kind)
        finally:
            connection.close()

    threading.Thread(target=aside, name=job.key, daemon=True).start()
    return job


def _rebuilding(corpus: Corpus, encoder_name: str) -> Work:
    return lambda report: {
        "parts": reembed(corpus=corpus, encoder_name=encoder_name, report=report)
    }


def _run(job: Job, work: Work) -> Job:
    def report(progress: int) -> None:
        Job.objects.filter(pk=job.pk).update(progress=progress)

    job.state, job.started_at = Job.State.STARTED, timezone.now()
    job.save()
    try:
        job.detail = work(report)
    except BaseException as exc:
        job.state, job.error = Job.State.FAILED, str(exc)
        raise
    else:
        job.state, job.progress = Job.State.COMPLETED, 100
    finally:
        job.completed_at = timezone.now()
        job.save()
    return job
