"""Artifacts: files in a session, uploaded by people or made by tools."""

from typing import Any, Self

from django.db import models

from chatapp.errors import NotFound
from chatapp.lib.keys import new_key
from chatapp.models.sessions import Session
from chatapp.models.users import User


def new_artifact_key() -> str:
    return new_key("art")


def blob_path(artifact: "Artifact", filename: str) -> str:
    """Where the bytes lie: made from our own key alone; the name people gave is only data."""
    return f"{artifact.key[-2:]}/{artifact.key}"


class ArtifactQuerySet(models.QuerySet["Artifact"]):
    def alive(self) -> Self:
        return self.filter(deleted_at=None)

    def visible_to(self, user: User) -> Self:
        return self.alive().filter(session__in=Session.objects.visible_to(user))

    def reviewable_by(self, user: User) -> Self:
        return self.alive().filter(session__in=Session.objects.reviewable_by(user))

    def of(self, session: Session, key: str) -> "Artifact":
        artifact = self.alive().filter(session=session, key=key).first()
        if artifact is None:
            raise NotFound("Artifact not found.", missing_id=key)
        return artifact


class Artifact(models.Model):
    class CreatedBy(models.TextChoices):
        USER = "user"
        TOOL = "tool"

    key = models.CharField(max_length=50, unique=True, default=new_artifact_key)
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="artifacts")
    filename = models.CharField(max_length=255)
    mime_type = models.CharField("type", max_length=150)
    size_bytes = models.PositiveBigIntegerField("size in bytes")
    checksum_sha256 = models.CharField("SHA-256", max_length=64)
    metadata = models.JSONField(default=dict, blank=True)
    description = models.TextField(blank=True)
    ttl_days = models.PositiveIntegerField("days to keep", null=True, blank=True)
    file = models.FileField(upload_to=blob_path, max_length=200)
    created_by = models.CharField(max_length=10, choices=CreatedBy)
    derived_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL)
    # Makes a repeated upload of the same file by the same browser one artifact.
    client_id = models.CharField(max_length=100, null=True, blank=True)  # noqa: DJ001 - unique
    announced = models.BooleanField(default=False)
    deleted_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ArtifactQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["session", "client_id"], name="one_artifact_per_client_id"
            )
        ]

    def __str__(self) -> str:
        return self.filename

    def as_uploaded(self) -> dict[str, Any]:
        """The shape of an entry of an `artifact_upload` event."""
        return {
            "artifact_id": self.key,
            "filename": self.filename,
            "mime_type": self.mime_type,
            "size_bytes": self.size_bytes,
        }
