"""Tools people wrote, and servers that offer some: looked at; the API changes them."""

from django.contrib import admin

from chatapp.admin.pages import ReadOnlyPage
from chatapp.models import Tool, ToolServer


@admin.register(Tool)
class ToolPage(ReadOnlyPage):
    list_display = ("name", "title", "type", "server", "validation_status", "enabled")
    list_filter = ("type", "enabled", "validation_status")
    list_select_related = ("server",)
    search_fields = ("name", "title", "=key")


@admin.register(ToolServer)
class ToolServerPage(ReadOnlyPage):
    list_display = ("name", "uri", "transport", "enabled", "synced_at", "sync_error")
    list_filter = ("enabled",)
    search_fields = ("name", "uri", "=key")
    # Both hold secrets.
    exclude = ("headers", "auth")
