"""What a user thinks of an answer: a thumb, reasons and a comment."""

from django.conf import settings
from django.db import models

from chatapp.models.events import Event


class Feedback(models.Model):
    class Value(models.TextChoices):
        UP = "up"
        DOWN = "down"

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="feedback")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    value = models.CharField(max_length=4, choices=Value)
    reasons = models.JSONField(default=list)
    comment = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "feedback"
        constraints = [
            models.UniqueConstraint(fields=["event", "user"], name="one_feedback_per_user")
        ]

    def __str__(self) -> str:
        return f"{self.value} for {self.event_id}"
