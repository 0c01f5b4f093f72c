"""Agents: a model, its instructions and its tools, under one name. Each save is a version."""

from typing import Any, Self

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models

from chatapp.errors import NotFound
from chatapp.models.users import User


class AgentQuerySet(models.QuerySet["Agent"]):
    def visible_to(self, user: User) -> Self:
        """Whom a user may talk to: enabled agents open to all, or to a group of theirs."""
        if user.is_admin:
            return self
        open_to_user = models.Q(groups=None) | models.Q(groups__user=user)
        return self.filter(open_to_user, enabled=True).distinct()

    def access(self, user: User, key: str) -> "Agent":
        agent = self.visible_to(user).filter(key=key).first()
        if agent is None:
            raise NotFound("Agent not found.", missing_id=key)
        return agent


class Agent(models.Model):
    """What an agent is. The JSON fields have the shapes of the wire contract, §6, §7 and §15."""

    class ShowThinking(models.TextChoices):
        HIDDEN = "hidden"
        COLLAPSED = "collapsed"
        OPEN = "open"

    key = models.CharField(max_length=50, unique=True)
    name = models.CharField(max_length=50)
    description = models.TextField(blank=True)
    model = models.JSONField(default=dict, help_text="name, parameters, retry_configuration")
    first_step_name = models.CharField(max_length=50, default="main")
    steps = models.JSONField(default=dict, help_text="step name → step")
    tool_configurations = models.JSONField(default=dict, blank=True)
    skills = models.JSONField(default=dict, blank=True)
    compaction = models.JSONField(default=dict, blank=True)
    tool_output_offloading = models.JSONField(default=dict, blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    metadata_schema = models.JSONField(default=dict, blank=True)
    secrets = models.JSONField(default=dict, blank=True, help_text="name → sealed value")
    identity = models.JSONField(default=dict, blank=True)
    starters = models.JSONField(default=list, blank=True)
    show_thinking = models.CharField(
        max_length=10, choices=ShowThinking, default=ShowThinking.COLLAPSED
    )
    groups = models.ManyToManyField(Group, blank=True, related_name="agents")
    enabled = models.BooleanField(default=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = AgentQuerySet.as_manager()

    class Meta:
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name

    @property
    def first_step(self) -> dict[str, Any]:
        step: dict[str, Any] = self.steps.get(self.first_step_name, {})
        return {"name": self.first_step_name, **step}


class AgentVersion(models.Model):
    """An agent as it was after one save. Turns say which version they ran with."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    snapshot = models.JSONField()
    note = models.CharField(max_length=200, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-number",)
        constraints = [
            models.UniqueConstraint(fields=["agent", "number"], name="one_number_per_agent_version")
        ]

    def __str__(self) -> str:
        return f"{self.agent} v{self.number}"
