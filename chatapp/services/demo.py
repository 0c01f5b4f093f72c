"""People, agents and sessions to look around with. Safe to repeat: what is there is left alone."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from chatapp.models import Agent, User
from chatapp.services.agents import create_agent
from chatapp.services.demo_corpus import LEVELS, create_demo_corpus, demo_tools
from chatapp.services.demo_sessions import create_demo_sessions
from chatapp.services.users import create_user


@dataclass(frozen=True, slots=True)
class Person:
    username: str
    name: str
    role: str


PEOPLE = (
    Person("ada", "Ada Admin", "admin"),
    Person("uma", "Uma User", "user"),
    Person("rita", "Rita Reviewer", "reviewer"),
)

FILE_TOOLS: dict[str, Any] = {
    "document_conversion": {"type": "document_conversion"},
    "artifact_read": {"type": "artifact_read"},
    "artifact_grep": {"type": "artifact_grep"},
    "artifact_create": {"type": "artifact_create"},
}

SUPPORT = """\
You are $agent.name. Today is ${currentDate}.
Answer from the documents in this session. Convert what you cannot read yet, search it, and quote
the passages you rely on with their file and page. If nothing there answers the question, say so.
#if($session.metadata.customer)The customer is ${session.metadata.customer}.#end
"""

KNOWLEDGE = """\
You are $agent.name. Search the corpus before you answer, cite what you found, and say so when
there is nothing. The person you talk to has the role ${session.metadata.user_role}: they see
what that role may see, and no more.
"""

LANGUAGE = """\
You are $agent.name. Answer in ${session.metadata.language}, in short and friendly sentences.
#if($session.metadata.user_role == "teacher")
You talk to a teacher: explain the grammar behind your answer.
#else
You talk to a learner: end each answer with one question that keeps the talk going.
#end
"""

USER_ROLE_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "user_role": {
            "type": "string",
            "title": "Role",
            "description": "Decides which documents the search may find.",
            "enum": list(LEVELS),
            "default": LEVELS[0],
            "x-ask-at-start": True,
        }
    },
    "required": ["user_role"],
}

LANGUAGE_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "language": {
            "type": "string",
            "title": "Language",
            "description": "What the agent answers in.",
            "enum": ["English", "French", "German", "Japanese", "Spanish"],
            "default": "Spanish",
            "x-ask-at-start": True,
        },
        "user_role": {
            "type": "string",
            "title": "You are a",
            "enum": ["learner", "teacher"],
            "default": "learner",
            "x-ask-at-start": True,
        },
    },
    "required": ["language"],
}


@transaction.atomic
def create_demo() -> None:
    people = {person.username: _person(person) for person in PEOPLE}
    create_demo_corpus(people["ada"])
    for fields in _agents():
        if not Agent.objects.filter(key=fields["key"]).exists():
            create_agent(author=people["ada"], **fields)
    create_demo_sessions(owner=people["uma"])


def _person(person: Person) -> User:
    known = User.objects.filter(username=person.username).first()
    return known or create_user(
        username=person.username,
        name=person.name,
        role=person.role,
        email=f"{person.username}@example.com",
    )


def _agents() -> list[dict[str, Any]]:
    return [
        {
            "key": "support",
            "name": "Support agent",
            "description": "Reads the documents you drop and answers with the passages it found.",
            "model": {"name": "default"},
            "steps": _one_step("support", SUPPORT),
            "tool_configurations": FILE_TOOLS,
            "starters": [
                "Summarise the document I drop here.",
                "What does this contract say about notice periods?",
                "Which figures changed between these two files?",
            ],
        },
        {
            "key": "knowledge",
            "name": "Knowledge agent",
            "description": "Searches the guide to this product, as far as your role may see it.",
            "model": {"name": "default"},
            "steps": _one_step("knowledge", KNOWLEDGE),
            "tool_configurations": {**demo_tools(), **FILE_TOOLS},
            "metadata_schema": USER_ROLE_SCHEMA,
            "starters": [
                "Who can read my conversations?",
                "How large may a file be?",
                "How do I connect a language model?",
            ],
        },
        {
            "key": "language-buddy",
            "name": "Language buddy",
            "description": "Chats with you in the language you choose.",
            "model": {"name": "default"},
            "steps": _one_step("language", LANGUAGE),
            "metadata_schema": LANGUAGE_SCHEMA,
            "starters": ["Let us talk about the weekend.", "Order a coffee with me."],
        },
    ]


def _one_step(name: str, template: str) -> dict[str, Any]:
    instruction = {
        "type": "inline",
        "name": name,
        "template": template,
        "template_type": "velocity",
        "enabled": True,
    }
    return {"main": {"instructions": [instruction], "output_parser": {"type": "default"}}}
