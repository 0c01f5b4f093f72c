"""Corpora: documents to search in, who may see them, and what filters may ask about."""

from typing import Any, Self

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models

from chatapp.errors import NotFound
from chatapp.models.users import User


class CorpusQuerySet(models.QuerySet["Corpus"]):
    def visible_to(self, user: User | None) -> Self:
        """The one place that decides who may search: the owner, groups it is shared with, admins.

        Nobody's agent (`None`) sees nothing: its author has left.
        """
        if user is None or not user.is_active:
            return self.none()
        if user.is_admin:
            return self
        shared = models.Q(groups__in=user.groups.all())
        return self.filter(models.Q(owner_id=user.pk) | shared).distinct()

    def editable_by(self, user: User | None) -> Self:
        """The one place that decides who may change a corpus: its owner, and admins."""
        if user is None or not user.is_active:
            return self.none()
        return self if user.is_admin else self.filter(owner_id=user.pk)

    def access(self, user: User | None, key: str) -> "Corpus":
        return self.visible_to(user).named(key)

    def access_to_edit(self, user: User | None, key: str) -> "Corpus":
        return self.editable_by(user).named(key)

    def named(self, key: str) -> "Corpus":
        corpus = self.filter(key=key).first()
        if corpus is None:
            raise NotFound("Corpus not found.", missing_id=key)
        return corpus


class Corpus(models.Model):
    """A set of documents under one key.

    `version` is raised in the transaction of every change of its documents, parts or vectors, so
    that what a process keeps in memory is known to be stale. `encoder_name` says what made the
    vectors that are searched; it changes, and `embedding_version` with it, only when all parts
    have new ones.
    """

    key = models.CharField(max_length=50, unique=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="corpora"
    )
    groups = models.ManyToManyField(
        Group, blank=True, related_name="corpora", help_text="who may search it, besides the owner"
    )
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    enabled = models.BooleanField(default=True)
    save_history = models.BooleanField(default=False)
    queries_are_answers = models.BooleanField(default=False)
    documents_are_questions = models.BooleanField(default=False)
    encoder_name = models.CharField(max_length=100)
    custom_dimensions: "models.JSONField[list[dict[str, Any]], list[dict[str, Any]]]" = (
        models.JSONField(default=list, blank=True)
    )
    version = models.PositiveBigIntegerField(default=1, editable=False)
    embedding_version = models.PositiveIntegerField(default=1, editable=False)
    part_count = models.PositiveBigIntegerField("parts", default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = CorpusQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        verbose_name_plural = "corpora"

    def __str__(self) -> str:
        return self.name


class FilterAttribute(models.Model):
    """A metadata field that filters may name. Of the others they may say nothing.

    What is `protected` decides over access: only people who may change the corpus set it, never
    a tool or a key that may only index.
    """

    class Level(models.TextChoices):
        DOCUMENT = "document"
        PART = "part"

    class Type(models.TextChoices):
        INTEGER = "integer"
        REAL = "real_number"
        TEXT = "text"
        BOOLEAN = "boolean"
        INTEGERS = "list[integer]"
        REALS = "list[real_number]"
        TEXTS = "list[text]"

    corpus = models.ForeignKey(Corpus, on_delete=models.CASCADE, related_name="filter_attributes")
    name = models.CharField(max_length=100)
    level = models.CharField(max_length=10, choices=Level)
    type = models.CharField(max_length=20, choices=Type)
    indexed = models.BooleanField(default=True)
    description = models.TextField(blank=True)
    protected = models.BooleanField(default=False)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["corpus", "level", "name"], name="one_filter_attribute_per_level_and_name"
            )
        ]

    def __str__(self) -> str:
        return f"{'doc' if self.level == self.Level.DOCUMENT else 'part'}.{self.name}"
