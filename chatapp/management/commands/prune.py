"""Remove what has had its time. Meant to be run once a day or once an hour."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from chatapp.services.pruning import prune


class Command(BaseCommand):
    help = "Remove idle and deleted sessions, expired artifacts, and bytes without a row."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only count")

    def handle(self, *, dry_run: bool, **options: Any) -> None:
        verb = "would be removed" if dry_run else "removed"
        for kind, count in prune(dry_run=dry_run).items():
            self.stdout.write(f"{count} {kind} {verb}")
