"""Instructions: text that tells agents how to behave; shared, and versioned."""

from django.conf import settings
from django.db import models

from chatapp.lib.keys import new_key


def new_instruction_key() -> str:
    return new_key("ins")


class Instruction(models.Model):
    key = models.CharField(max_length=50, unique=True, default=new_instruction_key, editable=False)
    name = models.CharField(max_length=50)
    description = models.TextField(blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.name

    def version(self, number: int | None = None) -> "InstructionVersion | None":
        """That version, or the latest."""
        versions = self.versions.order_by("-number")
        return (versions.filter(number=number) if number is not None else versions).first()


class InstructionVersion(models.Model):
    instruction = models.ForeignKey(Instruction, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    template = models.TextField()
    template_type = models.CharField(max_length=20, default="velocity")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-number",)
        constraints = [
            models.UniqueConstraint(
                fields=["instruction", "number"], name="one_number_per_instruction_version"
            )
        ]

    def __str__(self) -> str:
        return f"{self.instruction} v{self.number}"
