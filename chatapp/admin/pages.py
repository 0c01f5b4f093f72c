"""What our admin pages have in common: they write through services, and count no large tables."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString

from chatapp.admin.json_fields import JSONField
from chatapp.errors import ChatappError
from chatapp.models import Session, User
from chatapp.services.reviews import note_look
from chatapp.services.template_notices import Notice

MOST_ROWS = 1_000


class BoundedPaginator(Paginator):  # type: ignore[type-arg]  # only the stubs take one
    """Pages through the first thousand rows: counting millions would take longer than reading.

    Whoever wants more narrows the list by its filters.
    """

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        if isinstance(rows, models.QuerySet):
            return int(rows.order_by()[:MOST_ROWS].count())
        return min(len(rows), MOST_ROWS)


class Page(admin.ModelAdmin):  # type: ignore[type-arg]  # only the stubs take one
    formfield_overrides = {models.JSONField: {"form_class": JSONField}}
    paginator = BoundedPaginator
    show_full_result_count = False
    list_per_page = 50
    actions = None

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Only the filters that are shown: `?owner__password__startswith=` asks for secrets."""
        return lookup.split("__")[0] in _names(self.get_list_filter(request))

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Our audit entries tell more than Django's log."""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any: ...

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any: ...


class NotesLooks(Page):
    """Shows what was said or brought in a session: each look leaves a note, as in the review."""

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        row = super().get_object(request, object_id, from_field)
        if row is not None and request.method == "GET":
            session = row if isinstance(row, Session) else row.session
            if session.owner_id != request.user.pk:
                note_look(reviewer=actor_of(request), session=session)
        return row


class ReadOnlyPage(Page):
    """Looked at, never changed."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def choices_of(field: str, values: Iterable[str]) -> type[admin.SimpleListFilter]:
    """A filter whose choices are known: Django would read the whole table to find them."""

    class Choices(admin.SimpleListFilter):
        title = field.replace("_", " ")
        parameter_name = field

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
            return [(value, value.replace("_", " ")) for value in values]

        def queryset(self, request: HttpRequest, queryset: Any) -> Any:
            return queryset.filter(**{field: self.value()}) if self.value() else queryset

    return Choices


def actor_of(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def refuse(request: HttpRequest, error: ChatappError) -> None:
    messages.error(request, error.message)


def warn(request: HttpRequest, notices: Iterable[Notice]) -> None:
    """For those who leave the page; the page itself shows them, too."""
    if "_continue" not in request.POST:
        for notice in notices:
            messages.warning(request, f"{notice.place}, line {notice.line}: {notice.message}")


def link_to(target: models.Model | None, text: str = "") -> SafeString:
    """A link to the admin page of a row."""
    if target is None:
        return SafeString("–")
    name = f"admin:{target._meta.app_label}_{target._meta.model_name}_change"
    return format_html('<a href="{}">{}</a>', reverse(name, args=[target.pk]), text or str(target))


def _names(filters: Sequence[Any]) -> set[str]:
    names = (getattr(shown, "parameter_name", shown) for shown in filters)
    return {name.split("__")[0] for name in names}
