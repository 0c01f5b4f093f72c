"""Things for tests: functions with keyword arguments. Alice owns, Bob is a stranger."""

from typing import Any

from django.core.files.base import ContentFile

from chatapp.events.bodies import text_message
from chatapp.models import Agent, Artifact, Session, User
from chatapp.services.agents import create_agent
from chatapp.services.artifacts import add_artifact
from chatapp.services.inputs import Submission, submit_message
from chatapp.services.sessions import create_session
from chatapp.services.users import create_user


def make_user(username: str, role: str = "user") -> User:
    return create_user(username=username, email=f"{username}@example.com", role=role)


def make_agent(**fields: Any) -> Agent:
    defaults: dict[str, Any] = {"name": "Support agent", "model": {"name": "scripted"}}
    return create_agent(author=None, **{**defaults, **fields})


def make_session(*, owner: User, agent: Agent | None = None, **fields: Any) -> Session:
    return create_session(agent=agent or make_agent(), owner=owner, **fields)


def send(session: Session, text: str = "Hello", **kwargs: Any) -> Submission:
    return submit_message(session=session, author=session.owner, body=text_message(text), **kwargs)


def make_artifact(session: Session, filename: str, content: bytes, **kwargs: Any) -> Artifact:
    return add_artifact(session=session, file=ContentFile(content), filename=filename, **kwargs)
