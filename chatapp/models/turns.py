"""Turns: all that follows from one input until the agent rests. The table is also the queue."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models

from chatapp.models.agents import AgentVersion
from chatapp.models.sessions import Session


class TurnQuerySet(models.QuerySet["Turn"]):
    def active(self) -> Self:
        return self.filter(status__in=(Turn.Status.QUEUED, Turn.Status.RUNNING))

    def orphaned(self, now: datetime) -> Self:
        """Running, but nobody has renewed the lease."""
        return self.filter(status=Turn.Status.RUNNING, lease_until__lt=now)


class Turn(models.Model):
    """One answer in the making, and after it the record of how it went.

    A runner claims a turn by raising `attempt`, a fencing token: whatever it writes is
    conditional on it. `lease_until` says how long the claim holds; past it, anybody may take
    over. The database itself allows one running turn a session.
    """

    class Status(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        COMPLETED = "completed"
        FAILED = "failed"
        CANCELLED = "cancelled"

    class Kind(models.TextChoices):
        MESSAGE = "message"
        COMPACT = "compact"

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="turns")
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.MESSAGE)
    agent_version = models.ForeignKey(AgentVersion, null=True, on_delete=models.SET_NULL)
    client_id = models.CharField(max_length=100, null=True, blank=True)  # noqa: DJ001 - unique
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    # The body of the input while it waits; an event takes its place when the turn's time comes.
    input = models.JSONField(default=dict)
    input_seq = models.PositiveBigIntegerField(null=True)
    # The input may join the turn that is running, at its next request to the model.
    steers = models.BooleanField(default=False)

    attempt = models.PositiveIntegerField(default=0)
    runner = models.CharField(max_length=100, blank=True)
    lease_until = models.DateTimeField(null=True)
    cancel_requested_at = models.DateTimeField(null=True)
    cancelled_by = models.CharField(max_length=150, blank=True)
    draft = models.JSONField(default=dict)

    reason = models.CharField(max_length=50, blank=True)
    error = models.TextField(blank=True)
    model_name = models.CharField(max_length=200, blank=True)
    usage = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = TurnQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["session"],
                condition=models.Q(status="running"),
                name="one_running_turn_per_session",
            ),
            models.UniqueConstraint(fields=["session", "client_id"], name="one_turn_per_client_id"),
        ]
        indexes = [
            models.Index(
                fields=["status", "lease_until"],
                condition=models.Q(status__in=["queued", "running"]),
                name="turns_to_do",
            ),
            models.Index(fields=["-created_at"], name="turns_by_time"),
        ]

    def __str__(self) -> str:
        return f"turn {self.pk} ({self.status})"

    @property
    def is_over(self) -> bool:
        return self.status not in (self.Status.QUEUED, self.Status.RUNNING)

    @property
    def input_text(self) -> str:
        """What a message says, while it waits and after."""
        parts = self.input.get("messages", ())
        texts = [part.get("content", "") for part in parts if part.get("type") == "text"]
        return "\n\n".join(texts)

    @property
    def duration_ms(self) -> int | None:
        """From the first claim to the end."""
        if self.started_at is None or self.finished_at is None:
            return None
        return round((self.finished_at - self.started_at).total_seconds() * 1000)


class ModelCall(models.Model):
    """One request to a language model, as it was shown to it. Secrets are masked.

    The history is kept as the seqs of the events it was made of; what was never stored stands
    there itself.
    """

    turn = models.ForeignKey(Turn, on_delete=models.CASCADE, related_name="model_calls")
    number = models.PositiveIntegerField()
    model_name = models.CharField(max_length=200)
    step_name = models.CharField(max_length=50, blank=True)
    instructions = models.TextField(blank=True)
    tools = models.JSONField(default=list)
    history = models.JSONField(default=list)
    reminders = models.JSONField(default=list)
    output_schema = models.JSONField(default=dict)
    parameters = models.JSONField(default=dict)
    usage = models.JSONField(default=dict)
    first_token_ms = models.PositiveIntegerField(null=True)
    duration_ms = models.PositiveIntegerField(null=True)
    outcome = models.CharField(max_length=50, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("turn", "number")

    def __str__(self) -> str:
        return f"request {self.number} of {self.turn}"
