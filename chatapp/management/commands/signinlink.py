"""Print a link that signs somebody in, once."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from chatapp.errors import NotFound
from chatapp.management.sign_in import last_address, sign_in_link


class Command(BaseCommand):
    help = "Print a link that signs USERNAME in, once, within a day."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--url", help="where people reach this installation")

    def handle(self, *, username: str, url: str | None, **options: Any) -> None:
        try:
            link = sign_in_link(username=username, url=url or last_address())
        except NotFound as exc:
            raise CommandError(exc.message) from exc
        self.stdout.write(link)
