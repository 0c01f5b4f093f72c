"""Long work on a corpus, with a row that tells how far it has come."""

from collections.abc import Callable, Sequence

from django.utils import timezone

from chatapp.models import Corpus, Document, Job
from chatapp.services import corpora
from chatapp.services.corpora import AttributeRequest
from chatapp.services.documents import delete_documents
from chatapp.services.reembedding import reembed

REPLACE_ATTRIBUTES = "replace_filter_attributes"
BULK_DELETE = "bulk_delete_documents"
REBUILD = "rebuild_vector_index"
DELETED_AT_ONCE = 500

Report = Callable[[int], None]


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
    def work(report: Report) -> dict[str, int]:
        return {"parts": reembed(corpus=corpus, encoder_name=encoder_name, report=report)}

    return run_job(REBUILD, corpus, work)


def run_job(kind: str, corpus: Corpus, work: Callable[[Report], dict[str, int]]) -> Job:
    """Do the work here and now. Whatever it raises is stored with the job, and raised again."""
    job = Job.objects.create(
        type=kind, corpus_keys=[corpus.key], state=Job.State.STARTED, started_at=timezone.now()
    )

    def report(progress: int) -> None:
        Job.objects.filter(pk=job.pk).update(progress=progress)

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


def documents_named(corpus: Corpus, keys: Sequence[str]) -> list[int]:
    found = Document.objects.filter(corpus=corpus, key__in=keys).values_list("pk", flat=True)
    return list(found)
