"""Turns, and for each request to a model exactly what the model was shown."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString

from chatapp.admin.pages import ReadOnlyPage, link_to
from chatapp.models import Event, ModelCall, Turn


@admin.register(Turn)
class TurnPage(ReadOnlyPage):
    change_form_template = "admin/chatapp/turn/change_form.html"
    list_display = ("id", "session_link", "status", "reason", "model_name", "took", "created_at")
    list_filter = ("status", "kind", "created_at")
    list_select_related = ("session",)
    search_fields = ("=id", "=session__key", "=runner")
    search_help_text = "The id of a turn, the key of a session or the name of a runner, in full."
    ordering = ("-pk",)
    fieldsets = (
        ("Turn", {"fields": ("session_link", "status", "kind", "reason", "error", "author")}),
        ("Model", {"fields": ("agent_version_link", "model_name", "usage")}),
        ("Times", {"fields": ("created_at", "started_at", "finished_at", "took")}),
        ("Runner", {"fields": ("runner", "attempt", "lease_until", "cancel_requested_at")}),
        ("Input", {"fields": ("input", "input_seq", "client_id")}),
    )
    readonly_fields = ("session_link", "agent_version_link", "took")

    @admin.display(description="Session")
    def session_link(self, turn: Turn) -> SafeString:
        return link_to(turn.session)

    @admin.display(description="Agent version")
    def agent_version_link(self, turn: Turn) -> str:
        version = turn.agent_version
        return link_to(version.agent, str(version)) if version else "–"

    @admin.display(description="Took")
    def took(self, turn: Turn) -> str:
        return "–" if turn.duration_ms is None else f"{turn.duration_ms / 1000:.1f} s"

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        calls = [_shown(call) for call in ModelCall.objects.filter(turn_id=_number(object_id))]
        return super().change_view(
            request, object_id, form_url, {**(extra_context or {}), "calls": calls}
        )


def _number(object_id: str) -> int:
    return int(object_id) if object_id.isdecimal() and len(object_id) < 18 else 0


def _shown(call: ModelCall) -> dict[str, Any]:
    """The request with its history, of which only the places were kept."""
    events = Event.objects.filter(session=call.turn.session_id, seq__in=call.history)
    history = [{"seq": event.seq, "type": event.type, "body": event.body} for event in events]
    return {"call": call, "history": sorted(history, key=lambda entry: entry["seq"])}
