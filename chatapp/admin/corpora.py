"""Corpora: what they are, how large they are, files into them, and queries tried on them."""

from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from chatapp.admin.corpus_forms import CorpusForm, TryForm, UploadForm
from chatapp.admin.pages import Page, actor_of, refuse
from chatapp.errors import ChatappError
from chatapp.models import Corpus, Job
from chatapp.services import corpora, corpus_jobs
from chatapp.services.artifacts import clean_filename
from chatapp.services.corpora import CorpusRequest
from chatapp.services.embedding import default_encoder
from chatapp.services.knowledge_search import SearchResult, search
from chatapp.services.query_requests import SearchParameters, parsed

LATEST_JOBS = 5


@admin.register(Corpus)
class CorpusPage(Page):
    form = CorpusForm
    change_form_template = "admin/chatapp/corpus/change_form.html"
    list_display = ("name", "key", "owner", "documents_link", "part_count", "enabled")
    list_filter = ("enabled",)
    list_select_related = ("owner",)
    search_fields = ("name", "key", "description")
    filter_horizontal = ("groups",)
    fieldsets = (
        (None, {"fields": ("name", "key", "description", "enabled", "save_history")}),
        ("Filters", {"fields": ("filter_attributes",)}),
        ("Access", {"fields": ("groups",)}),
    )

    @admin.display(description="Documents")
    def documents_link(self, corpus: Corpus) -> SafeString:
        url = reverse("admin:chatapp_document_changelist")
        count = corpus.documents.count()
        return format_html('<a href="{}?corpus__id__exact={}">{}</a>', url, corpus.pk, count)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("key",) if obj else ()

    def save_model(self, request: HttpRequest, obj: Corpus, form: Any, change: bool) -> None:
        values = form.cleaned_data
        if change:
            corpora.update_corpus(corpus=obj, changes=values)
        else:
            request_ = CorpusRequest(
                **{name: values[name] for name in ("key", "name", "description", "save_history")}
            )
            obj.__dict__.update(
                corpora.create_corpus(owner=actor_of(request), request=request_).__dict__
            )
        if "filter_attributes" in form.changed_data:
            corpora.replace_filter_attributes(corpus=obj, attributes=values["filter_attributes"])

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        if "groups" in form.changed_data:
            groups = list(form.cleaned_data["groups"])
            corpora.share_corpus(corpus=form.instance, groups=groups, actor=actor_of(request))

    def delete_model(self, request: HttpRequest, obj: Corpus) -> None:
        corpora.delete_corpus(corpus=obj)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        names = [f"{corpus}, with all its documents" for corpus in objs]
        return names, {"corpora": len(names)}, set(), []

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        own = [
            path("<int:pk>/try/", wrap(self.try_query), name="chatapp_corpus_try"),
            path("<int:pk>/upload/", wrap(self.upload), name="chatapp_corpus_upload"),
            path(
                "<int:pk>/reembed/", wrap(require_POST(self.reembed)), name="chatapp_corpus_reembed"
            ),
        ]
        return [*own, *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        corpus = context.get("original")
        if corpus:
            context["size"] = corpora.sizes_of([corpus])[corpus.pk]
            context["jobs"] = _jobs_of(corpus)
        return super().render_change_form(request, context, *args, **kwargs)

    def try_query(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What a query finds, with any filter."""
        corpus = get_object_or_404(Corpus, pk=pk)
        form = TryForm(request.GET if "query" in request.GET else None)
        results: list[SearchResult] | None = None
        if form.is_valid():
            try:
                results = _tried(corpus, form.cleaned_data)
            except ChatappError as exc:
                form.add_error("metadata_filter", exc.message)
        return self._page(request, corpus, "try", "Try a query", form=form, results=results)

    def upload(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Files to be indexed aside; how far that has come is shown on the corpus."""
        corpus = get_object_or_404(Corpus, pk=pk)
        form = UploadForm(request.POST or None, request.FILES or None)
        if not form.is_valid():
            return self._page(request, corpus, "upload", "Add files", form=form)
        files = form.cleaned_data["documents"]
        corpus_jobs.start_indexing(
            corpus=corpus, folder=_kept(files), metadata=form.cleaned_data["metadata"]
        )
        messages.info(request, f"{len(files)} files are being indexed.")
        return HttpResponseRedirect(reverse("admin:chatapp_corpus_change", args=[pk]))

    def reembed(self, request: HttpRequest, pk: int) -> HttpResponse:
        corpus = get_object_or_404(Corpus, pk=pk)
        try:
            corpus_jobs.start_rebuild(corpus=corpus, encoder_name=default_encoder())
            messages.info(request, "New vectors are being made; the old ones are used until then.")
        except ChatappError as exc:
            refuse(request, exc)
        return HttpResponseRedirect(reverse("admin:chatapp_corpus_change", args=[pk]))

    def _page(
        self, request: HttpRequest, corpus: Corpus, name: str, title: str, **more: Any
    ) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "opts": self.opts, "corpus": corpus}
        context |= {"title": f"{corpus}: {title.lower()}", **more}
        return render(request, f"admin/chatapp/corpus/{name}.html", context)


def _jobs_of(corpus: Corpus) -> list[Job]:
    latest = Job.objects.order_by("-pk")[:200]
    return [job for job in latest if corpus.key in job.corpus_keys][:LATEST_JOBS]


def _tried(corpus: Corpus, asked: dict[str, Any]) -> list[SearchResult]:
    one = {
        "corpus_key": corpus.key,
        "metadata_filter": asked["metadata_filter"],
        "lexical_interpolation": asked["lexical_interpolation"],
    }
    return search(
        query=asked["query"],
        search=parsed(SearchParameters, {"corpora": [one]}),
        corpora=Corpus.objects.all(),
    )


def _kept(files: list[Any]) -> Path:
    """The uploaded files in a folder that outlives the request, each by a name of its own."""
    folder = Path(mkdtemp(prefix="chatapp-"))
    for number, file in enumerate(files):
        name = clean_filename(file.name)
        target = folder / name if not (folder / name).exists() else folder / f"{number}-{name}"
        with target.open("wb") as copy:
            for chunk in file.chunks():
                copy.write(chunk)
    return folder
