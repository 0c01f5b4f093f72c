"""Tools people wrote, and those that servers offer: looked at, switched on and off.

A server's tool that has changed is off until somebody has read the difference and accepted it.
"""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from chatapp.admin.differences import compare
from chatapp.admin.pages import ReadOnlyPage, actor_of
from chatapp.models import Tool, ToolServer
from chatapp.services.tool_offers import fingerprint
from chatapp.services.tools import update_tool


@admin.register(Tool)
class ToolPage(ReadOnlyPage):
    change_form_template = "admin/chatapp/tool/change_form.html"
    list_display = ("name", "title", "type", "server", "validation_status", "state")
    list_filter = ("type", "enabled", "needs_review", "validation_status")
    list_select_related = ("server",)
    search_fields = ("name", "title", "=key")

    @admin.display(description="State")
    def state(self, tool: Tool) -> str:
        if tool.needs_review:
            return "changed, to be reviewed"
        return "on" if tool.enabled else "off"

    def get_urls(self) -> list[Any]:
        switch = path(
            "<int:tool_id>/switch/",
            self.admin_site.admin_view(require_POST(self.switch)),
            name="chatapp_tool_switch",
        )
        return [switch, *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        tool: Tool = context["original"]
        context["fingerprint"] = fingerprint(tool.definition)
        context["changes"] = compare(tool.approved, tool.definition) if tool.needs_review else []
        return super().render_change_form(request, context, *args, **kwargs)

    def switch(self, request: HttpRequest, tool_id: int) -> HttpResponse:
        """On or off. Only what was on the page can be accepted: it may have changed since."""
        tool = get_object_or_404(Tool, pk=tool_id)
        enabled = request.POST.get("enabled") == "true"
        if enabled and request.POST.get("fingerprint") != fingerprint(tool.definition):
            messages.error(request, "The tool has changed since you opened the page. Look again.")
        else:
            update_tool(tool=tool, actor=actor_of(request), changes={"enabled": enabled})
            messages.success(request, f"{tool} is {'on' if enabled else 'off'}.")
        return HttpResponseRedirect(reverse("admin:chatapp_tool_change", args=[tool_id]))


@admin.register(ToolServer)
class ToolServerPage(ReadOnlyPage):
    list_display = ("name", "uri", "transport", "enabled", "synced_at", "sync_error")
    list_filter = ("enabled",)
    search_fields = ("name", "uri", "=key")
    # Both hold secrets.
    exclude = ("headers", "auth")
