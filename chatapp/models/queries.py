"""Queries that were kept: what was asked, what was found, how long each step took."""

from typing import Any, Self

from django.conf import settings
from django.db import models

from chatapp.lib.keys import new_key
from chatapp.models.chats import Chat
from chatapp.models.corpora import Corpus
from chatapp.models.users import User


def new_query_key() -> str:
    return new_key("qry")


class QueryRecordQuerySet(models.QuerySet["QueryRecord"]):
    def visible_to(self, user: User) -> Self:
        """One's own, also for admins: what people ask is theirs."""
        return self.filter(owner_id=user.pk) if user.is_active else self.none()


class QueryRecord(models.Model):
    key = models.CharField(max_length=50, unique=True, default=new_query_key, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="queries"
    )
    corpora = models.ManyToManyField(Corpus, related_name="queries")
    corpus_key = models.CharField(max_length=50, help_text="the first corpus that was searched")
    query = models.TextField()
    request: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(default=dict)
    spans: "models.JSONField[list[dict[str, Any]], list[dict[str, Any]]]" = models.JSONField(
        default=list
    )
    generation = models.TextField(blank=True)
    factual_consistency_score = models.FloatField(null=True)
    latency_millis = models.PositiveIntegerField(default=0)
    chat = models.ForeignKey(Chat, null=True, on_delete=models.SET_NULL, related_name="queries")
    agent_key = models.CharField(max_length=50, blank=True)
    session_key = models.CharField(max_length=50, blank=True)
    started_at = models.DateTimeField()

    objects = QueryRecordQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        indexes = [models.Index(fields=["owner", "-id"], name="queries_of_an_owner")]

    def __str__(self) -> str:
        return self.query[:60]
