"""Who did what: read, filtered, never changed."""

from django.contrib import admin

from chatapp.admin.pages import ReadOnlyPage
from chatapp.models import AuditEntry


@admin.register(AuditEntry)
class AuditEntryPage(ReadOnlyPage):
    list_display = ("created_at", "actor_name", "action", "object_type", "object_key")
    list_filter = ("action", "object_type", "created_at")
    search_fields = ("=actor_name", "=object_key")
    search_help_text = "A username or the key of an object, in full."
