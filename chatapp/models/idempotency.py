"""Answers given once, to be given again when a client repeats itself."""

from django.conf import settings
from django.db import models

from chatapp.models.fields import SealedTextField


class IdempotencyRecord(models.Model):
    """What was answered to an `Idempotency-Key`. Sealed: answers may hold new secrets."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    key = models.CharField(max_length=255)
    # Of the operation and its body: the same key for something else is a mistake.
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = SealedTextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "key"], name="one_answer_per_idempotency_key")
        ]

    def __str__(self) -> str:
        return self.key
