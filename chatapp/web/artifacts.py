"""Files of a session: bring in, list, show, hand out, index, take away."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST, require_safe

from chatapp.errors import InvalidInput, NotFound
from chatapp.models import Artifact, Corpus, Session
from chatapp.services.artifacts import (
    add_artifact,
    announce_artifacts,
    remove_artifact,
    restore_artifact,
)
from chatapp.services.file_indexing import index_artifact
from chatapp.services.rate_limits import spend
from chatapp.services.reviews import read_on
from chatapp.web.downloads import MAX_SIDE, THUMBNAIL_SIDE, inline_image, inline_pdf, send_file
from chatapp.web.previews import preview_of
from chatapp.web.requests import WebRequest


@login_required
@require_POST
def upload(request: WebRequest, key: str) -> HttpResponse:
    """Take a file (the page sends one at a time) and answer with its chip."""
    session = Session.objects.access(request.user, key)
    spend(f"upload:{request.user.pk}", settings.SENDS_PER_MINUTE * 5)
    files = request.FILES.getlist("files")
    if not files:
        raise InvalidInput("There is no file in the request.", {"files": "Choose a file."})
    if len(files) > settings.MAX_FILES_PER_UPLOAD:
        raise InvalidInput(f"At most {settings.MAX_FILES_PER_UPLOAD} files at once.")
    artifacts = [
        add_artifact(
            session=session,
            file=file,
            filename=file.name or "",
            mime_type=file.content_type or "",
            client_id=request.POST.get("client_id", "")[:100] or None if len(files) == 1 else None,
        )
        for file in files
    ]
    if request.headers.get("X-Requested-With") != "fetch":
        announce_artifacts(session=session)
        return HttpResponseRedirect(reverse("session", args=[key]))
    return render(
        request, "artifacts/_chips.html", {"session": session, "artifacts": artifacts}, status=201
    )


@login_required
@require_POST
def announce(request: WebRequest, key: str) -> HttpResponse:
    """A batch is complete: say in the log which files came."""
    session = Session.objects.access(request.user, key)
    announce_artifacts(session=session)
    return HttpResponse(status=204)


@login_required
@require_GET
def panel(request: WebRequest, key: str) -> HttpResponse:
    session = _readable(request, key)
    if "count" in request.GET:
        count = session.artifacts.alive().count()
        return HttpResponse(str(count or ""), content_type="text/plain")
    template = "artifacts/_panel.html" if request.htmx else "artifacts/panel.html"
    return render(request, template, _list_context(request, session))


@login_required
@require_GET
def preview(request: WebRequest, key: str, artifact_key: str) -> HttpResponse:
    """What the file holds, as far as it can be shown without harm."""
    artifact = _visible(request, key, artifact_key)
    session = artifact.session
    is_own = session.owner_id == request.user.pk
    page = request.GET.get("page", "")
    context = {
        "session": session,
        "artifact": artifact,
        "preview": preview_of(artifact),
        "images": _images_beside(artifact),
        "page": page if page.isdecimal() and len(page) < 7 else "",
        "staff": not is_own,
        "corpora": Corpus.objects.editable_by(request.user) if is_own else [],
    }
    template = "artifacts/_preview.html" if request.htmx else "artifacts/preview.html"
    return render(request, template, context)


@login_required
@require_safe
def download(request: WebRequest, key: str, artifact_key: str) -> HttpResponseBase:
    """The bytes as an attachment; with `?inline` a PDF or an image made anew, `&thumb` small."""
    artifact = _visible(request, key, artifact_key)
    if "inline" in request.GET and artifact.mime_type == "application/pdf":
        return inline_pdf(request, artifact)
    if "inline" in request.GET and artifact.mime_type.startswith("image/"):
        side = THUMBNAIL_SIDE if "thumb" in request.GET else MAX_SIDE
        return inline_image(request, artifact, side)
    return send_file(request, artifact)


@login_required
@require_POST
def remove(request: WebRequest, key: str, artifact_key: str) -> HttpResponse:
    session = Session.objects.access(request.user, key)
    artifact = remove_artifact(session=session, key=artifact_key)
    context = {**_list_context(request, session), "artifact": artifact}
    # Out of its preview one comes back to the list.
    is_previewed = request.htmx.target == "panel-body"
    template = "artifacts/_removed.html" if is_previewed else "artifacts/_removed_toast.html"
    return render(request, template, context)


@login_required
@require_POST
def restore(request: WebRequest, key: str, artifact_key: str) -> HttpResponse:
    session = Session.objects.access(request.user, key)
    restore_artifact(session=session, key=artifact_key)
    return HttpResponse(status=204)


@login_required
@require_POST
def index(request: WebRequest, key: str, artifact_key: str) -> HttpResponse:
    """Add what the file says to a corpus, for those who may change one."""
    session = Session.objects.access(request.user, key)
    artifact = Artifact.objects.of(session, artifact_key)
    corpora = Corpus.objects.editable_by(request.user)
    corpus = corpora.filter(key=request.POST.get("corpus", "")).first()
    if corpus is None:
        raise NotFound("Corpus not found.")
    spend(f"index:{request.user.pk}", settings.SENDS_PER_MINUTE)
    index_artifact(artifact=artifact, corpus=corpus, actor=request.user)
    return render(request, "artifacts/_indexed.html", {"corpus": corpus})


def _visible(request: WebRequest, key: str, artifact_key: str) -> Artifact:
    return Artifact.objects.of(_readable(request, key), artifact_key)


def _readable(request: WebRequest, key: str) -> Session:
    """The owner's own, or a reviewer's to read, which leaves a note."""
    session = Session.objects.visible_to(request.user).filter(key=key).first()
    return session or read_on(reviewer=request.user, key=key)


def _list_context(request: WebRequest, session: Session) -> dict[str, Any]:
    artifacts = list(session.artifacts.alive().order_by("-created_at", "-pk"))
    staff = session.owner_id != request.user.pk
    return {"session": session, "artifacts": artifacts, "staff": staff}


def _images_beside(artifact: Artifact) -> dict[str, str]:
    """The keys of the images before and after this one, in the order of the list."""
    images = artifact.session.artifacts.alive().filter(mime_type__startswith="image/")
    keys = list(images.order_by("-created_at", "-pk").values_list("key", flat=True))
    if artifact.key not in keys or len(keys) < 2:
        return {}
    place = keys.index(artifact.key)
    return {"previous": keys[place - 1], "next": keys[(place + 1) % len(keys)]}
