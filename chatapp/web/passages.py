"""A source of an answer, opened: the cited passage in what stands around it."""

import re

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from chatapp.errors import NotFound
from chatapp.events.bodies import AgentOutput, Source
from chatapp.models import Session
from chatapp.services.passages import passage_of
from chatapp.services.reviews import read_on
from chatapp.web.requests import WebRequest

_PAGE = re.compile(r"\bpage (\d{1,6})\b")


@login_required
@require_GET
def passage(request: WebRequest, key: str, event_key: str, number: int) -> HttpResponse:
    session = Session.objects.visible_to(request.user).filter(key=key).first()
    session = session or read_on(reviewer=request.user, key=key)
    source = _source(session, event_key, number)
    page = _PAGE.search(source.location)
    context = {
        "session": session,
        "source": source,
        "passage": passage_of(source=source, session=session, reader=request.user),
        "page": page[1] if page else "",
    }
    template = "events/_passage.html" if request.htmx else "events/passage.html"
    return render(request, template, context)


def _source(session: Session, event_key: str, number: int) -> Source:
    event = session.events.filter(key=event_key).first()
    body = event.value if event else None
    sources = body.sources if isinstance(body, AgentOutput) else ()
    for source in sources:
        if source.number == number:
            return source
    raise NotFound("Source not found.")
