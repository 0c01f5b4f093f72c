"""Files of a session: bring in, list, show, hand out, take away."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST, require_safe

from chatapp.errors import InvalidInput
from chatapp.models import Artifact, Session
from chatapp.services.artifacts import (
    add_artifact,
    announce_artifacts,
    remove_artifact,
    restore_artifact,
)
from chatapp.services.rate_limits import spend
from chatapp.services.reviews import read_on
from chatapp.web.downloads import inline_image, inline_pdf, send_file
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
    session = Session.objects.access(request.user, key)
    if "count" in request.GET:
        count = session.artifacts.alive().count()
        return HttpResponse(str(count or ""), content_type="text/plain")
    artifacts = list(session.artifacts.alive().order_by("-created_at", "-pk"))
    context = {"session": session, "artifacts": artifacts}
    template = "artifacts/_panel.html" if request.htmx else "artifacts/panel.html"
    return render(request, template, context)


@login_required
@require_GET
def preview(request: WebRequest, key: str, artifact_key: str) -> HttpResponse:
    """What the file holds, as far as it can be shown without harm."""
    artifact = _visible(request, key, artifact_key)
    context = {"session": artifact.session, "artifact": artifact, "preview": preview_of(artifact)}
    template = "artifacts/_preview.html" if request.htmx else "artifacts/preview.html"
    return render(request, template, context)


@login_required
@require_safe
def download(request: WebRequest, key: str, artifact_key: str) -> HttpResponseBase:
    """The bytes: as an attachment, or with `?inline` an image made anew, or a PDF."""
    artifact = _visible(request, key, artifact_key)
    if "inline" in request.GET and artifact.mime_type == "application/pdf":
        return inline_pdf(request, artifact)
    if "inline" in request.GET and artifact.mime_type.startswith("image/"):
        return inline_image(artifact)
    return send_file(request, artifact)


@login_required
@require_POST
def remove(request: WebRequest, key: str, artifact_key: str) -> HttpResponse:
    session = Session.objects.access(request.user, key)
    artifact = remove_artifact(session=session, key=artifact_key)
    context = {"session": session, "artifact": artifact}
    return render(request, "artifacts/_removed_toast.html", context)


@login_required
@require_POST
def restore(request: WebRequest, key: str, artifact_key: str) -> HttpResponse:
    session = Session.objects.access(request.user, key)
    restore_artifact(session=session, key=artifact_key)
    return HttpResponse(status=204)


def _visible(request: WebRequest, key: str, artifact_key: str) -> Artifact:
    """The owner's own, or a reviewer's to read, which leaves a note."""
    session = Session.objects.visible_to(request.user).filter(key=key).first()
    if session is None:
        session = read_on(reviewer=request.user, key=key)
    return Artifact.objects.of(session, artifact_key)
