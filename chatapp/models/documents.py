"""Documents of a corpus, and their parts: what a search finds."""

from typing import Any, Self

from django.db import models

from chatapp.errors import NotFound
from chatapp.models.corpora import Corpus
from chatapp.models.vectors import VectorField

JSONObject = dict[str, Any]


class DocumentQuerySet(models.QuerySet["Document"]):
    def of(self, corpus: Corpus, key: str) -> "Document":
        document = self.filter(corpus=corpus, key=key).first()
        if document is None:
            raise NotFound("Document not found.", missing_id=key)
        return document

    def without_images(self) -> Self:
        """For lists: the bytes of images are not read along."""
        return self.defer("images")


class Document(models.Model):
    """What was indexed under one `key` (the API's document id). Sizes are counted when stored."""

    corpus = models.ForeignKey(
        Corpus, on_delete=models.CASCADE, related_name="documents", db_index=False
    )
    key = models.CharField(max_length=500)
    metadata: "models.JSONField[JSONObject, JSONObject]" = models.JSONField(
        default=dict, blank=True
    )
    tables: "models.JSONField[list[JSONObject], list[JSONObject]]" = models.JSONField(
        default=list, blank=True
    )
    images: "models.JSONField[list[JSONObject], list[JSONObject]]" = models.JSONField(
        default=list, blank=True
    )
    # Of what was sent: the same document sent again is no conflict.
    digest = models.CharField(max_length=64, editable=False)
    part_count = models.PositiveIntegerField("parts", default=0, editable=False)
    character_count = models.PositiveBigIntegerField(default=0, editable=False)
    metadata_character_count = models.PositiveBigIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["corpus", "key"], name="one_document_per_key")
        ]
        indexes = [models.Index(fields=["corpus", "id"], name="documents_of_a_corpus")]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        title = self.metadata.get("title")
        return title if isinstance(title, str) and title else self.key


class Part(models.Model):
    """A passage of a document, the unit that is found.

    `terms` are its stemmed words for the lexical index, which the database keeps in step by
    itself (triggers on SQLite, a generated column on PostgreSQL). `next_vector` is filled while
    the corpus moves to another encoder.
    """

    corpus = models.ForeignKey(
        Corpus, on_delete=models.CASCADE, related_name="parts", db_index=False
    )
    document = models.ForeignKey(
        Document, on_delete=models.CASCADE, related_name="parts", db_index=False
    )
    position = models.PositiveIntegerField()
    text = models.TextField()
    context = models.TextField(blank=True)
    metadata: "models.JSONField[JSONObject, JSONObject]" = models.JSONField(
        default=dict, blank=True
    )
    custom_dimensions: "models.JSONField[dict[str, float], dict[str, float]]" = models.JSONField(
        default=dict, blank=True
    )
    table_id = models.CharField(max_length=200, blank=True)
    image_id = models.CharField(max_length=200, blank=True)
    terms = models.TextField(blank=True, editable=False)
    vector = VectorField(null=True, editable=False)
    next_vector = VectorField(null=True, editable=False)

    class Meta:
        ordering = ("document", "position")
        constraints = [
            models.UniqueConstraint(fields=["document", "position"], name="one_part_per_position")
        ]
        indexes = [models.Index(fields=["corpus", "id"], name="parts_of_a_corpus")]

    def __str__(self) -> str:
        return f"{self.document} #{self.position}"
