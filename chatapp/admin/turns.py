"""Turns, and for each request to a model exactly what the model was shown."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString

from chatapp.admin.pages import NotesLooks, ReadOnlyPage, link_to
from chatapp.events.bodies import EventBody
from chatapp.events.frames import EventFrame
from chatapp.models import ModelCall, Turn
from chatapp.turns.model_calls import shown_to_model


@admin.register(Turn)
class TurnPage(NotesLooks, ReadOnlyPage):
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
        found = ModelCall.objects.filter(turn_id=_number(object_id))
        calls = [_shown(call) for call in found.select_related("turn__session")]
        return super().change_view(
            request, object_id, form_url, {**(extra_context or {}), "calls": calls}
        )


def _number(object_id: str) -> int:
    return int(object_id) if object_id.isdecimal() and len(object_id) < 18 else 0


def _shown(call: ModelCall) -> dict[str, Any]:
    """The request with its history; what was never stored as an event has no seq."""
    shown = shown_to_model(call)
    return {"call": call, "history": [_entry(one) for one in shown.history], "lost": shown.lost}


def _entry(one: EventFrame | EventBody) -> dict[str, Any]:
    body = one.body if isinstance(one, EventFrame) else one
    seq = one.seq if isinstance(one, EventFrame) else "–"
    return {"seq": seq, "type": body.type, "body": body.model_dump(mode="json")}
