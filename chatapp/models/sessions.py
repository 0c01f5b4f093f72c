"""Sessions: one conversation of one user with one agent."""

from typing import Self

from django.conf import settings
from django.db import models

from chatapp.errors import NotFound
from chatapp.models.agents import Agent
from chatapp.models.users import User


class SessionQuerySet(models.QuerySet["Session"]):
    def alive(self) -> Self:
        return self.filter(deleted_at=None)

    def visible_to(self, user: User) -> Self:
        """The one place that decides whose sessions a user may use: their own."""
        return self.alive().filter(owner_id=user.pk) if user.is_active else self.none()

    def reviewable_by(self, user: User) -> Self:
        """The one place that decides whose sessions a user may read as staff."""
        return self.alive() if user.is_reviewer else self.none()

    def access(self, user: User, key: str) -> "Session":
        return self.visible_to(user).named(key)

    def access_to_review(self, user: User, key: str) -> "Session":
        return self.reviewable_by(user).named(key)

    def named(self, key: str) -> "Session":
        session = self.filter(key=key).select_related("agent", "owner").first()
        if session is None:
            raise NotFound("Session not found.", missing_id=key)
        return session


class Session(models.Model):
    """A conversation and its counters. What was said are its events.

    `last_seq` is raised under the row's lock by whoever appends, so that seqs are dense and
    become visible in order.
    """

    class Origin(models.TextChoices):
        WEB = "web"
        API = "api"
        SUB_AGENT = "sub_agent"
        SCHEDULE = "schedule"

    key = models.CharField(max_length=50, unique=True)
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="sessions")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sessions"
    )
    name = models.CharField(max_length=200)
    # A generated name gives way to one made from the first message.
    name_is_generated = models.BooleanField(default=False)
    description = models.TextField(blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    metadata_version = models.PositiveIntegerField("version of the metadata", default=1)
    enabled = models.BooleanField(default=True)
    tti_minutes = models.PositiveBigIntegerField("idle minutes until deleted", default=0)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL)
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.WEB)
    current_step_name = models.CharField(max_length=50, blank=True)
    effective_compaction = models.JSONField(default=dict, blank=True)
    usage = models.JSONField(default=dict, blank=True)

    last_seq = models.PositiveBigIntegerField("number of events", default=0)
    read_seq = models.PositiveBigIntegerField(default=0)
    last_event_at = models.DateTimeField(db_index=False)
    # What the sidebar marks: running, failed, or nothing.
    state = models.CharField(max_length=10, default="idle")
    pinned_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        ordering = ("-last_event_at", "-pk")
        indexes = [
            models.Index(
                fields=["owner", "-last_event_at", "-id"],
                condition=models.Q(deleted_at=None),
                name="sessions_of_an_owner",
            ),
            models.Index(
                fields=["-last_event_at", "-id"],
                condition=models.Q(deleted_at=None),
                name="sessions_by_time",
            ),
            models.Index(fields=["agent", "id"], name="sessions_of_an_agent"),
            models.Index(fields=["owner", "agent", "-id"], name="sessions_by_owner_and_agent"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_unread(self) -> bool:
        return self.read_seq < self.last_seq
