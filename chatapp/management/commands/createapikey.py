"""Print a new API key: the only time it can be read."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from chatapp.models import ApiKey, User
from chatapp.services.users import create_api_key


class Command(BaseCommand):
    help = "Make an API key for USERNAME and print it. Only a hash of it is kept."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--role", choices=ApiKey.Role.values, default=ApiKey.Role.PERSONAL)
        parser.add_argument("--name", default="command line")

    def handle(self, *, username: str, role: str, name: str, **options: Any) -> None:
        owner = User.objects.filter(username=username, is_active=True).first()
        if owner is None:
            raise CommandError(f"There is no active user {username!r}.")
        _, secret = create_api_key(owner=owner, name=name, role=role)
        self.stdout.write(secret)
