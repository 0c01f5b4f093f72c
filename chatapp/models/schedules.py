"""Schedules: messages an agent gets at set times, each in a session of its own."""

from typing import Self

from django.conf import settings
from django.db import models

from chatapp.errors import NotFound
from chatapp.models.agents import Agent
from chatapp.models.sessions import Session
from chatapp.models.users import User


class ScheduleQuerySet(models.QuerySet["Schedule"]):
    def visible_to(self, user: User) -> Self:
        """The sessions a schedule makes are its owner's, so it is seen by its owner alone."""
        return self.filter(owner=user)

    def access(self, user: User, agent: Agent, key: str) -> "Schedule":
        schedule = self.visible_to(user).filter(agent=agent, key=key).first()
        if schedule is None:
            raise NotFound("Schedule not found.", missing_id=key)
        return schedule


class Schedule(models.Model):
    """`timing` is the wire's `schedule`: an interval (ISO 8601) or a cron expression in UTC."""

    key = models.CharField(max_length=50)
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="schedules")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="schedules"
    )
    name = models.CharField(max_length=50)
    description = models.TextField(blank=True)
    message = models.JSONField(default=list)
    timing = models.JSONField(default=dict)
    session_metadata = models.JSONField(default=dict, blank=True)
    max_executions_to_keep = models.PositiveIntegerField(default=10)
    enabled = models.BooleanField(default=True)
    next_run_at = models.DateTimeField(null=True, blank=True, db_index=True)
    last_run_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ScheduleQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        constraints = [
            models.UniqueConstraint(fields=["agent", "key"], name="one_schedule_per_agent_and_key")
        ]

    def __str__(self) -> str:
        return self.name


class ScheduleExecution(models.Model):
    """One run: the session it made, or why it made none."""

    class Status(models.TextChoices):
        SUCCESS = "success"
        ERROR = "error"

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="executions")
    run_id = models.CharField(max_length=50)
    session = models.ForeignKey(Session, null=True, on_delete=models.SET_NULL)
    attempt = models.PositiveIntegerField(default=1)
    status = models.CharField(max_length=10, choices=Status)
    error_message = models.TextField(blank=True)
    executed_at = models.DateTimeField()

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.schedule} at {self.executed_at:%Y-%m-%d %H:%M}"
