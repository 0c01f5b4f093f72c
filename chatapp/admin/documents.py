"""Documents of corpora: looked at, given other metadata, taken out."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from chatapp.admin.pages import Page, link_to
from chatapp.models import Document
from chatapp.services.documents import delete_document, set_document_metadata

SHOWN_PARTS = 30


@admin.register(Document)
class DocumentPage(Page):
    list_display = ("title", "key", "corpus_link", "part_count", "character_count", "updated_at")
    list_filter = ("corpus",)
    list_select_related = ("corpus",)
    search_fields = ("key",)
    ordering = ("-pk",)
    fields = (
        *("key", "corpus_link", "metadata", "part_count", "character_count"),
        *("created_at", "updated_at", "first_parts"),
    )
    readonly_fields = tuple(name for name in fields if name != "metadata")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("images")

    @admin.display(description="Corpus")
    def corpus_link(self, document: Document) -> SafeString:
        return link_to(document.corpus)

    @admin.display(description="Text")
    def first_parts(self, document: Document) -> SafeString:
        texts = document.parts.order_by("position").values_list("text")[:SHOWN_PARTS]
        return format_html_join("", "<p>{}</p>", texts)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Document, form: Any, change: bool) -> None:
        if "metadata" in form.changed_data:
            metadata = form.cleaned_data["metadata"]
            set_document_metadata(document=obj, metadata=metadata, replace=True)

    def delete_model(self, request: HttpRequest, obj: Document) -> None:
        delete_document(document=obj)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        names = [f"{document}, {document.part_count} parts" for document in objs]
        return names, {"documents": len(names)}, set(), []
