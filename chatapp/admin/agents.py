"""Agents: edited in parts, checked as a whole, stored as a new version each time."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from chatapp.admin.agent_forms import AgentForm
from chatapp.admin.differences import compare
from chatapp.admin.pages import Page, actor_of, refuse, warn
from chatapp.admin.previews import preview
from chatapp.errors import ChatappError
from chatapp.models import Agent, AgentVersion
from chatapp.services.agents import SNAPSHOT_FIELDS, delete_agent, save_agent, snapshot
from chatapp.services.template_notices import template_notices


class VersionRows(admin.TabularInline):  # type: ignore[type-arg]  # only the stubs take two
    model = AgentVersion
    extra = 0
    max_num = 0
    can_delete = False
    show_change_link = False
    fields = ("number", "note", "author", "created_at", "compare_link")
    readonly_fields = fields
    verbose_name_plural = "Versions"

    def get_queryset(self, request: HttpRequest) -> Any:
        """The latest; the others are reached by comparing."""
        newest = super().get_queryset(request).select_related("author", "agent")
        return newest.order_by("-number")

    @admin.display(description="")
    def compare_link(self, version: AgentVersion) -> str:
        if version.pk is None:
            return ""
        url = reverse("admin:chatapp_agent_compare", args=[version.agent_id, version.number])
        return format_html('<a href="{}">Compare or restore</a>', url)


@admin.register(Agent)
class AgentPage(Page):
    form = AgentForm
    change_form_template = "admin/chatapp/agent/change_form.html"
    inlines = (VersionRows,)
    list_display = ("name", "key", "model_name", "version", "enabled", "updated_at")
    list_filter = ("enabled",)
    search_fields = ("name", "key", "description")
    filter_horizontal = ("groups",)
    fieldsets = (
        (
            "General",
            {"fields": ("name", "key", "description", "enabled", "show_thinking", "model")},
        ),
        ("Instructions", {"fields": ("instructions",)}),
        ("Tools", {"fields": ("tool_configurations", "skills")}),
        ("Metadata schema", {"fields": ("metadata_schema", "metadata")}),
        ("Starters", {"fields": ("starters",)}),
        ("Limits", {"fields": ("compaction", "tool_output_offloading")}),
        ("Steps", {"fields": ("first_step_name", "steps")}),
        ("Access", {"fields": ("groups",)}),
        ("Save as", {"fields": ("note",), "classes": ("always",)}),
    )

    @admin.display(description="Model")
    def model_name(self, agent: Agent) -> str:
        return str(agent.model.get("name", ""))

    @admin.display(description="Version")
    def version(self, agent: Agent) -> int:
        latest = agent.versions.first()
        return latest.number if latest else 0

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("key",) if obj else ()

    def save_model(self, request: HttpRequest, obj: Agent, form: Any, change: bool) -> None:
        obj.owner = obj.owner or actor_of(request)
        save_agent(agent=obj, author=actor_of(request), note=form.cleaned_data["note"])
        warn(request, template_notices(snapshot(obj)))

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        agent = context.get("original")
        # A form that was refused leaves its values in the agent, whether they fit or not.
        if agent and request.method == "GET":
            context["notices"] = template_notices(snapshot(agent))
        return super().render_change_form(request, context, *args, **kwargs)

    def delete_model(self, request: HttpRequest, obj: Agent) -> None:
        delete_agent(agent=obj, actor=actor_of(request))

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        names = [f"{agent}, with all its sessions and their files" for agent in objs]
        return names, {"agents": len(names)}, set(), []

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        own = [
            path("preview/", wrap(require_POST(preview)), name="chatapp_agent_preview"),
            path(
                "<int:agent_id>/compare/<int:number>/",
                wrap(self.compare),
                name="chatapp_agent_compare",
            ),
            path(
                "<int:agent_id>/restore/<int:number>/",
                wrap(require_POST(self.restore)),
                name="chatapp_agent_restore",
            ),
        ]
        return [*own, *super().get_urls()]

    def compare(self, request: HttpRequest, agent_id: int, number: int) -> HttpResponse:
        """A version beside the one that is live."""
        agent = get_object_or_404(Agent, pk=agent_id)
        old = get_object_or_404(AgentVersion, agent=agent, number=number)
        live = agent.versions.first()
        assert live
        context = {
            **self.admin_site.each_context(request),
            "title": f"{agent}: version {number} and version {live.number}",
            "agent": agent,
            "old": old,
            "live": live,
            "fields": compare(old.snapshot, live.snapshot),
            "opts": self.opts,
        }
        return render(request, "admin/chatapp/agent/compare.html", context)

    def restore(self, request: HttpRequest, agent_id: int, number: int) -> HttpResponse:
        """Make an earlier version the live one, as a new version."""
        agent = get_object_or_404(Agent, pk=agent_id)
        old = get_object_or_404(AgentVersion, agent=agent, number=number)
        for field in SNAPSHOT_FIELDS:
            if field != "key" and field in old.snapshot:
                setattr(agent, field, old.snapshot[field])
        try:
            save_agent(agent=agent, author=actor_of(request), note=f"Restored version {number}")
            messages.success(request, f"Version {number} is live again.")
        except ChatappError as exc:
            refuse(request, exc)
        return HttpResponseRedirect(reverse("admin:chatapp_agent_change", args=[agent_id]))
