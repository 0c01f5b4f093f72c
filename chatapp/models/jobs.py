"""Jobs: long work done aside, such as indexing, and how far each has come."""

from typing import Any

from django.db import models
from django.utils import timezone

from chatapp.lib.keys import new_key


def new_job_key() -> str:
    return new_key("job")


class Job(models.Model):
    """`progress` is a percentage; `detail` says which objects the job is about."""

    class State(models.TextChoices):
        QUEUED = "queued"
        STARTED = "started"
        COMPLETED = "completed"
        FAILED = "failed"
        ABORTED = "aborted"

    key = models.CharField(max_length=50, unique=True, default=new_job_key, editable=False)
    type = models.CharField(max_length=50)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    progress = models.PositiveSmallIntegerField(default=0)
    corpus_keys = models.JSONField(default=list, blank=True)
    detail: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(
        default=dict, blank=True
    )
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    # Renewed by the process that does the work, as long as it lives.
    alive_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.type} {self.key} ({self.state})"
