"""Sessions and their events: the metadata may be changed, all else is looked at."""

from typing import Any, get_args

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from chatapp.admin.json_fields import JSONField
from chatapp.admin.pages import NotesLooks, ReadOnlyPage, actor_of, choices_of, link_to, refuse
from chatapp.errors import ChatappError, InvalidInput
from chatapp.events.bodies import EventBody
from chatapp.models import Event, Session
from chatapp.services.metadata import check_metadata
from chatapp.services.reviews import STATES
from chatapp.services.sessions import set_metadata

TYPES = [body.model_fields["type"].default for body in get_args(get_args(EventBody)[0])]


class SessionForm(forms.ModelForm):  # type: ignore[type-arg]  # only the stubs take one
    metadata = JSONField(required=False)
    metadata_version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Session
        fields = ("metadata", "metadata_version")

    def clean_metadata(self) -> dict[str, Any]:
        metadata: dict[str, Any] = self.cleaned_data["metadata"]
        try:
            check_metadata(metadata, self.instance.agent.metadata_schema)
        except InvalidInput as exc:
            raise ValidationError(list(exc.field_errors.values()) or exc.message) from exc
        return metadata


@admin.register(Session)
class SessionPage(NotesLooks):
    form = SessionForm
    list_display = ("name", "owner", "agent", "state", "last_seq", "last_event_at")
    list_filter = (choices_of("state", STATES), "origin", "enabled", "agent", "last_event_at")
    list_select_related = ("owner", "agent")
    search_fields = ("=key", "name", "=owner__username")
    search_help_text = "A key or username in full, or text of the name."
    readonly_fields = (
        *("review_link", "name", "key", "owner", "agent", "state", "enabled", "origin", "parent"),
        *("current_step_name", "tti_minutes", "last_seq", "created_at", "last_event_at"),
        *("pinned_at", "deleted_at", "usage"),
    )
    fieldsets = (
        ("Session", {"fields": readonly_fields[:9]}),
        ("Metadata", {"fields": ("metadata", "metadata_version")}),
        ("Record", {"fields": readonly_fields[9:]}),
    )

    @admin.display(description="Conversation")
    def review_link(self, session: Session) -> str:
        if session.deleted_at:
            return "deleted"
        url = reverse("review-session", args=[session.key])
        return format_html('<a class="button" href="{}">Open in review</a>', url)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Session | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Session, form: Any, change: bool) -> None:
        """Only the metadata; a change somebody made meanwhile is not written over."""
        try:
            set_metadata(
                session=obj,
                metadata=form.cleaned_data["metadata"],
                actor=actor_of(request),
                version=form.cleaned_data["metadata_version"],
            )
        except ChatappError as exc:
            refuse(request, exc)


@admin.register(Event)
class EventPage(NotesLooks, ReadOnlyPage):
    list_display = ("key", "session_link", "seq", "type", "hidden_reason", "created_at")
    list_filter = (choices_of("type", TYPES), "created_at")
    search_fields = ("=key", "=session__key")
    search_help_text = "The key of an event or a session, in full."
    list_select_related = ("session",)
    exclude = ("session", "turn")
    readonly_fields = ("session_link", "turn_link")
    ordering = ("-pk",)

    @admin.display(description="Session")
    def session_link(self, event: Event) -> SafeString:
        return link_to(event.session)

    @admin.display(description="Turn")
    def turn_link(self, event: Event) -> SafeString:
        return link_to(event.turn)
