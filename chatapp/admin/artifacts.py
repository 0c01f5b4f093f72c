"""Files: looked at, handed out, taken away."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from chatapp.admin.pages import NotesLooks, link_to
from chatapp.models import Artifact
from chatapp.services.artifacts import remove_artifact


@admin.register(Artifact)
class ArtifactPage(NotesLooks):
    list_display = (
        "filename",
        "session_link",
        "mime_type",
        "size_bytes",
        "created_by",
        "created_at",
    )
    list_filter = ("created_by", "created_at")
    list_select_related = ("session",)
    search_fields = ("=key", "filename", "=session__key")
    search_help_text = "A key in full, or text of the name."
    exclude = ("session", "file", "derived_from", "client_id", "announced")
    ordering = ("-pk",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        hidden = {"id", "session", "file", "derived_from", "client_id", "announced"}
        names = tuple(f.name for f in Artifact._meta.concrete_fields if f.name not in hidden)
        return ("download_link", "session_link", "source_link", *names)

    @admin.display(description="File")
    def download_link(self, artifact: Artifact) -> str:
        if artifact.deleted_at or artifact.session.deleted_at:
            return "deleted"
        url = reverse("artifact", args=[artifact.session.key, artifact.key])
        return format_html('<a class="button" href="{}">Download</a>', url)

    @admin.display(description="Session")
    def session_link(self, artifact: Artifact) -> SafeString:
        return link_to(artifact.session)

    @admin.display(description="Made from")
    def source_link(self, artifact: Artifact) -> SafeString:
        return link_to(artifact.derived_from)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Artifact | None = None) -> bool:
        return obj is None or obj.deleted_at is None

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Nothing is deleted along: the row and its events stay until they are pruned."""
        return [str(obj) for obj in objs], {"artifacts": len(objs)}, set(), []

    def delete_model(self, request: HttpRequest, obj: Artifact) -> None:
        remove_artifact(session=obj.session, key=obj.key)
