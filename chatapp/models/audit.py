"""Who did what to what. Rows are only ever added."""

from django.conf import settings
from django.db import models


class AuditEntry(models.Model):
    """One act worth answering for: a staff read, a change of metadata, rights or an agent."""

    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="audit_entries"
    )
    actor_name = models.CharField(max_length=150)
    action = models.CharField(max_length=50)
    object_type = models.CharField(max_length=50)
    object_key = models.CharField(max_length=100)
    detail = models.JSONField(default=dict)
    reason = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-pk",)
        indexes = [
            models.Index(fields=["object_type", "object_key", "-id"], name="audit_of_an_object"),
            models.Index(fields=["actor", "-id"], name="audit_of_an_actor"),
        ]
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.actor_name} {self.action} {self.object_type} {self.object_key}"
