"""Make people, agents and sessions to look around with."""

from typing import Any

from django.core.management.base import BaseCommand

from chatapp.management.migrations import migrate_if_needed
from chatapp.services.demo import PEOPLE, create_demo
from chatapp.services.llms import ensure_default_llm


class Command(BaseCommand):
    help = "Make the demo: three people, their agents and a few sessions. Safe to repeat."

    def handle(self, **options: Any) -> None:
        migrate_if_needed()
        ensure_default_llm()
        create_demo()
        names = ", ".join(person.username for person in PEOPLE)
        self.stdout.write(f"The demo is there. Sign in with `signinlink`: {names}.")
