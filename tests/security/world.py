"""A small world to attack: Alice's things, one of each, and what would show that it changed."""

import hashlib
import re
from pathlib import Path
from typing import Any

from asgiref.sync import async_to_sync
from django.apps import apps
from django.test import Client

from chatapp.events.bodies import AgentOutput, Source
from chatapp.models import Chat, ChatTurn, Job, QueryRecord, Session, Turn, User
from chatapp.services.app_clients import create_app_client
from chatapp.services.artifacts import remove_artifact
from chatapp.services.events import append_events
from chatapp.services.feedback import give_feedback
from chatapp.services.schedules import create_schedule
from chatapp.services.users import create_api_key
from tests.factories import make_artifact, send
from tests.knowledge import core_document, make_corpus

# What looking may change: what was read, and the record of who looked.
_READ_MARKS = {("session", "read_seq"), ("apikey", "last_used_at"), ("user", "last_login")}
_LOGBOOKS = {"auditentry"}
_TABLES = list(apps.get_app_config("chatapp").get_models())


def _answer() -> AgentOutput:
    return AgentOutput(content="Hi [1].", sources=(Source(number=1, title="Notes", text="Notes"),))


def alices_things(session: Session) -> dict[str, Any]:
    """What she has, by the name of a route's parameter."""
    alice = session.owner
    first = send(session, "Hello").turn
    [answer] = append_events(session=session, bodies=[_answer()])
    waiting = send(session, "And another").turn
    give_feedback(session=session, event_key=answer.id, user=alice, value="up")
    removed = make_artifact(session, "old.txt", b"An old file")
    remove_artifact(session=session, key=removed.key)
    corpus = make_corpus(owner=alice)
    chat = Chat.objects.create(owner=alice)
    timing = {"type": "interval", "interval": "PT1H"}
    text = [{"type": "text", "content": "Hi"}]
    asked_at = session.created_at
    query = {"owner": alice, "corpus_key": corpus.key, "query": "q", "started_at": asked_at}
    schedule = create_schedule(
        agent=session.agent, owner=alice, key=None, name="s", message=text, timing=timing
    )
    return {
        "key": session.key,
        "session_key": session.key,
        "agent_key": session.agent.key,
        "agent_id": session.agent.pk,
        "event_key": answer.id,
        "event_id": answer.id,
        "turn_id": waiting.pk,
        "number": 1,
        "artifact_key": make_artifact(session, "notes.txt", b"Notes").key,
        "artifact_id": removed.key,
        "schedule_key": schedule.key,
        "api_key_id": create_api_key(owner=alice, name="theirs")[0].key,
        "app_client_id": create_app_client(owner=alice, name="c", granted_roles={})[0].key,
        "username": alice.username,
        "user_id": alice.pk,
        "corpus_key": corpus.key,
        "document_id": core_document(corpus, "d", "Text.").key,
        "query_id": QueryRecord.objects.create(**query).key,
        "chat_id": chat.key,
        "chat_turn_id": ChatTurn.objects.create(chat=chat, query="q").key,
        "job_id": Job.objects.create(type="rebuild", corpus_keys=[corpus.key]).key,
        "object_id": first.pk,
    }


def nothing_at_all(things: dict[str, Any]) -> dict[str, Any]:
    """The same names, for things that never were."""
    return {name: 987_654 if isinstance(v, int) else "absent" for name, v in things.items()}


def state(blobs: Path) -> dict[str, str]:
    """A digest of every table and of the files, but for the marks that looking leaves."""
    digests = {model._meta.model_name or "": _digest(model) for model in _TABLES}
    digests["files"] = str(sorted(str(path) for path in blobs.rglob("*") if path.is_file()))
    return digests


def _digest(model: Any) -> str:
    name = model._meta.model_name
    if name in _LOGBOOKS:
        return ""
    fields = [f.name for f in model._meta.concrete_fields if (name, f.name) not in _READ_MARKS]
    rows = sorted(map(repr, model.objects.values_list(*fields)))
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()


def signed_in(user: User, **options: Any) -> Client:
    client = Client(raise_request_exception=False, **options)
    client.force_login(user)
    return client


def body_of(response: Any) -> bytes:
    if not getattr(response, "streaming", False):
        return bytes(response.content)
    if response.is_async:
        return async_to_sync(_all_of)(response.streaming_content)
    return b"".join(response.streaming_content)


async def _all_of(chunks: Any) -> bytes:
    return b"".join([chunk async for chunk in chunks])


def without_ids(response: Any, *values: dict[str, Any]) -> str:
    """The answer without what must differ: tokens, the request's own id, and what was asked for."""
    text = body_of(response).decode(errors="replace")
    text = re.sub(r'(csrfmiddlewaretoken" value=")[^"]*', r"\1", text)
    text = re.sub(r'"X-CSRFToken": ?"[^"]*"|X-CSRFToken&quot;: ?&quot;\w+', "", text)
    text = re.sub(r"req_[0-9a-f]{20}|client_id\" value=\"[0-9a-f]{32}", "", text)
    for things in values:
        for name in ("key", "artifact_key", "event_key"):
            text = text.replace(str(things[name]), "")
    return f"{response.status_code}\n{text}"


def turns_of(session: Session) -> list[tuple[int, str]]:
    return list(Turn.objects.filter(session=session).values_list("pk", "status"))
