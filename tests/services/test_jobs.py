"""Jobs: what becomes of work, and of work whose process is killed."""

import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta

import pytest
from django.utils import timezone

from chatapp.models import Job
from chatapp.services.jobs import fail_abandoned_jobs, run_job
from tests.installation import ROOT, Installation
from tests.knowledge import make_corpus
from tests.processes import environment

NEVER_ENDING = """
import time
from chatapp.models import Corpus
from chatapp.services.jobs import run_job
def work(report):
    report(40)
    print("working", flush=True)
    time.sleep(600)
run_job("rebuild_vector_index", Corpus(key="handbook"), work)
"""
SWEEP = """
from django.conf import settings
from chatapp.models import Job
from chatapp.services.jobs import fail_abandoned_jobs
before = fail_abandoned_jobs()
settings.JOB_LEASE_SECONDS = 0
fail_abandoned_jobs()
job = Job.objects.get()
print(before, job.state, job.progress, bool(job.completed_at), job.error)
"""


@pytest.fixture
def corpus(db, alice):
    return make_corpus(owner=alice)


def test_work_that_is_done_is_completed(corpus):
    job = run_job("x", corpus, lambda report: {"parts": 3})

    assert (job.state, job.progress, job.detail) == (Job.State.COMPLETED, 100, {"parts": 3})


def test_work_that_raises_has_failed_and_says_why(corpus):
    def work(report):
        raise ValueError("no such encoder")

    with pytest.raises(ValueError, match="encoder"):
        run_job("x", corpus, work)

    assert Job.objects.get().error == "no such encoder"


@pytest.mark.django_db(transaction=True)
def test_silent_work_says_that_it_lives(alice, settings):
    settings.JOB_HEARTBEAT_SECONDS = 0.01
    corpus, later = make_corpus(owner=alice), threading.Event()

    def work(report):
        begun = Job.objects.get().alive_at
        for _ in range(1000):
            if Job.objects.get().alive_at > begun:
                return {}
            later.wait(0.01)
        raise AssertionError("It never said so.")

    assert run_job("x", corpus, work).state == Job.State.COMPLETED


@pytest.mark.parametrize("state", [Job.State.QUEUED, Job.State.STARTED])
def test_what_is_silent_for_too_long_has_failed(corpus, settings, state):
    past = timezone.now() - timedelta(seconds=settings.JOB_LEASE_SECONDS + 1)
    Job.objects.create(type="x", state=state, alive_at=past)
    Job.objects.create(type="x", state=state)
    Job.objects.create(type="x", state=Job.State.COMPLETED, alive_at=past)

    assert fail_abandoned_jobs() == 1

    assert Job.objects.filter(state=Job.State.FAILED, error__contains="process").count() == 1


@pytest.mark.slow
def test_a_killed_process_leaves_no_job_that_goes_on_for_ever(tmp_path):
    with Installation(tmp_path) as installation:
        installation.manage("migrate", "-v0")
        worker = subprocess.Popen(
            [sys.executable, "manage.py", "shell", "-v0", "-c", NEVER_ENDING],
            env=environment(**installation.settings), cwd=ROOT, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert worker.stdout
        with worker.stdout:
            assert worker.stdout.readline() == "working\n"
            os.kill(worker.pid, signal.SIGKILL)
            worker.wait()

        swept = installation.manage("shell", "-v0", "-c", SWEEP)

    assert swept.startswith("0 failed 40 True The process")
