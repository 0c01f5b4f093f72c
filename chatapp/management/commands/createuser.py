"""Add a person."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from chatapp.management.sign_in import last_address, sign_in_link
from chatapp.models import User
from chatapp.services.users import ROLES, create_user


class Command(BaseCommand):
    help = "Add USERNAME and print a link that signs them in once."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--role", choices=ROLES, default="user")
        parser.add_argument("--email", default="")
        parser.add_argument("--name", default="")
        parser.add_argument("--url", help="where people reach this installation")

    def handle(
        self, *, username: str, role: str, email: str, name: str, url: str | None, **options: Any
    ) -> None:
        if User.objects.filter(username=username).exists():
            raise CommandError(f"There is a user {username!r} already.")
        create_user(username=username, role=role, email=email, name=name)
        self.stdout.write(sign_in_link(username=username, url=url or last_address()))
