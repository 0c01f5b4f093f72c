"""Run long work with a row that tells how far it has come, and that its process still lives."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from chatapp.models import Corpus, Job

ABANDONED = "The process that did this ended before it was done. Start it again."

log = structlog.get_logger(__name__)
Report = Callable[[int], None]
Work = Callable[[Report], dict[str, Any]]


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


def fail_abandoned_jobs() -> int:
    """End the jobs whose process was killed: it has not said for a while that it lives."""
    since = timezone.now() - timedelta(seconds=settings.JOB_LEASE_SECONDS)
    open_jobs = Job.objects.filter(state__in=[Job.State.QUEUED, Job.State.STARTED])
    return open_jobs.filter(alive_at__lte=since).update(
        state=Job.State.FAILED, error=ABANDONED, completed_at=timezone.now()
    )


def _run(job: Job, work: Work) -> Job:
    def report(progress: int) -> None:
        Job.objects.filter(pk=job.pk).update(progress=progress)

    job.state = Job.State.STARTED
    job.started_at = job.alive_at = timezone.now()
    job.save()
    try:
        with _heartbeat(job):
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


@contextmanager
def _heartbeat(job: Job) -> Iterator[None]:
    """Work may be silent for long, so a thread beats for it."""
    is_over = threading.Event()

    def beat() -> None:
        try:
            while not is_over.wait(settings.JOB_HEARTBEAT_SECONDS):
                _say_alive(job)
        finally:
            connection.close()

    thread = threading.Thread(target=beat, name=f"{job.key} heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def _say_alive(job: Job) -> None:
    """A database that is busy or away now may be there at the next beat."""
    try:
        Job.objects.filter(pk=job.pk).update(alive_at=timezone.now())
    except DatabaseError:
        log.warning("job.heartbeat_missed", job=job.key, exc_info=True)
