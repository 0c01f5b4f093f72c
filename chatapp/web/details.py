"""The details drawer: what a session is, and its metadata as a form."""

import json
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from chatapp.errors import Conflict, InvalidInput
from chatapp.models import AuditEntry, Session
from chatapp.services.sessions import set_metadata
from chatapp.web.forms import metadata_fields, metadata_from
from chatapp.web.requests import WebRequest


@login_required
@require_GET
def details(request: WebRequest, key: str) -> HttpResponse:
    session = Session.objects.access(request.user, key)
    return _drawer(request, session)


@login_required
@require_POST
def save_metadata(request: WebRequest, key: str) -> HttpResponse:
    """Take the form's rows, or the JSON of the other tab. A version that is old is a conflict."""
    session = Session.objects.access(request.user, key)
    try:
        metadata = _asked(request, session)
        set_metadata(
            session=session, metadata=metadata, actor=request.user, version=_version(request)
        )
    except Conflict as exc:
        session.refresh_from_db()
        return _drawer(request, session, error=exc.message, status=409)
    except InvalidInput as exc:
        return _drawer(request, session, error=exc.message, errors=exc.field_errors, status=422)
    return _drawer(request, session, saved=True)


def _asked(request: WebRequest, session: Session) -> dict[str, Any]:
    if "json" not in request.POST:
        return metadata_from(request.POST, session.agent.metadata_schema, session.metadata)
    try:
        value = json.loads(request.POST["json"])
    except (ValueError, RecursionError) as exc:
        where = f"line {exc.lineno}" if isinstance(exc, json.JSONDecodeError) else "too deep"
        raise InvalidInput("This is not JSON.", {"json": f"Not JSON: {where}."}) from exc
    if not isinstance(value, dict):
        raise InvalidInput("Metadata must be a JSON object.", {"json": "Not a JSON object."})
    return value


def _version(request: WebRequest) -> int | None:
    version = request.POST.get("version", "")
    return int(version) if version.isdecimal() and len(version) < 10 else None


def _drawer(
    request: WebRequest,
    session: Session,
    *,
    error: str = "",
    errors: dict[str, str] | None = None,
    saved: bool = False,
    status: int = 200,
) -> HttpResponse:
    schema = session.agent.metadata_schema
    known = schema.get("properties") or {}
    history = AuditEntry.objects.filter(
        object_type="session", object_key=session.key, action="session.metadata"
    )
    version = session.agent.versions.first()
    usage = session.usage
    context = {
        "session": session,
        "agent": session.agent,
        "agent_version": version.number if version else None,
        "turn_count": session.turns.count(),
        "event_count": session.last_seq,
        "artifact_count": session.artifacts.alive().count(),
        "total_tokens": usage.get("total_tokens"),
        "fields": metadata_fields(schema, session.metadata, errors or {}),
        "other": {key: value for key, value in session.metadata.items() if key not in known},
        "metadata_json": json.dumps(session.metadata, indent=2, ensure_ascii=False),
        "submitted_json": request.POST.get("json", ""),
        "error": error,
        "errors": errors or {},
        "saved": saved,
        "history": history[:20] if request.user.is_staff else [],
    }
    template = "sessions/_details.html" if request.htmx else "sessions/details.html"
    return render(request, template, context, status=status)
