"""What `benchmarks.seeding` asks for. Needs Django with the installation's settings."""

from dataclasses import asdict
from datetime import timedelta
from itertools import count
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, transaction
from django.http import parse_cookie
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from benchmarks.seeding import Chat
from chatapp.events.bodies import AgentOutput, EventBody, text_message
from chatapp.models import Session, User
from chatapp.services.agents import create_agent
from chatapp.services.events import append_events
from chatapp.services.sessions import create_session
from chatapp.services.users import create_user

TOKEN = "a" * 32
BACKEND = "django.contrib.auth.backends.ModelBackend"
ANSWER = (
    "The kettle has **two** parts: the body and the [lid](https://example.com/lid).\n\n"
    "- Fill it to the line.\n- Switch it on.\n- Wait until it clicks.\n\n"
    "```python\nfor cup in cups:\n    pour(cup)\n```\n"
)
JSON = dict[str, Any]
_numbers = count(User.objects.count())


@transaction.atomic
def make_chats(number: int, *, events: int = 0) -> list[JSON]:
    agent = create_agent(author=None, name="Benchmark agent", model={"name": "fake"})
    return [_chat(agent, events) for _ in range(number)]


def _chat(agent: Any, events: int) -> JSON:
    owner = _person()
    session = create_session(agent=agent, owner=owner, name="A benchmark")
    _add_events(session, events)
    return asdict(Chat(session.key, _headers(owner)))


@transaction.atomic
def make_crowded_sidebar(number: int) -> JSON:
    agent = create_agent(author=None, name="Benchmark agent", model={"name": "fake"})
    owner, now = _person(), timezone.now()
    Session.objects.bulk_create(
        (
            Session(
                key=f"ase_{owner.pk}_{n}",
                agent=agent,
                owner=owner,
                name=f"Session {n}",
                last_event_at=now - timedelta(minutes=n),
            )
            for n in range(number)
        ),
        batch_size=5000,
    )
    return asdict(Chat(f"ase_{owner.pk}_0", _headers(owner)))


def count_queries(cookies: str, path: str) -> int:
    client = Client(SERVER_NAME="localhost")
    client.cookies.load(parse_cookie(cookies))
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer.status_code}")
    return len(queries)


def _person() -> User:
    name = f"person-{next(_numbers)}"
    return create_user(username=name, email=f"{name}@example.com", role="user")


def _headers(user: User) -> dict[str, str]:
    login = SessionStore()
    login[SESSION_KEY] = str(user.pk)
    login[BACKEND_SESSION_KEY] = BACKEND
    login[HASH_SESSION_KEY] = user.get_session_auth_hash()
    login.create()
    cookies = f"{settings.SESSION_COOKIE_NAME}={login.session_key}; csrftoken={TOKEN}"
    return {"Cookie": cookies, "X-CSRFToken": TOKEN, "X-Requested-With": "fetch"}


def _add_events(session: Session, number: int) -> None:
    """Questions and answers in turn."""
    bodies: list[EventBody] = [
        AgentOutput(content=f"{n}. {ANSWER}") if n % 2 else text_message(f"What is {n}?")
        for n in range(number)
    ]
    for start in range(0, number, 1000):
        append_events(session=session, bodies=bodies[start : start + 1000])
