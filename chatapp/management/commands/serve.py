"""Everything in one process: prepare the database and the static files, then serve."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from chatapp.management.listening import listen, reachable_url, url_of
from chatapp.management.migrations import alone, migrate_if_needed
from chatapp.management.settling import settle_in_background
from chatapp.management.sign_in import remember_address, sign_in_link
from chatapp.management.statics import collect_if_changed
from chatapp.models import User
from chatapp.services.demo import PEOPLE, create_demo
from chatapp.services.llms import ensure_default_llm


class Command(BaseCommand):
    help = "Prepare the database and the static files, then serve. SIGTERM drains and ends."
    # What they look for shows in the tests; here they would cost a tenth of the start.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument(
            "--no-demo", action="store_true", help="leave an empty database without the demo"
        )
        parser.add_argument("--server", choices=("uvicorn", "daphne"), default="uvicorn")

    def handle(self, *, host: str, port: int, no_demo: bool, server: str, **options: Any) -> None:
        listener = listen(host, port)
        port = listener.getsockname()[1]
        remember_address(reachable_url(host, port))
        collect_if_changed()
        with alone():
            migrate_if_needed()
            ensure_default_llm()
            if not no_demo and not User.objects.exists():
                self._make_demo(reachable_url(host, port))

        def announce() -> None:
            self.stdout.write(f"Listening on {url_of(host, port)}")
            self.stdout.flush()
            settle_in_background()

        if server == "uvicorn":
            from chatapp.management.uvicorn_server import serve_with_uvicorn as serve
        else:
            from chatapp.management.daphne_server import serve_with_daphne as serve
        serve(listener, announce)

    def _make_demo(self, url: str) -> None:
        create_demo()
        self.stdout.write("A demo was made. These links work once, for a day:")
        for person in PEOPLE:
            link = sign_in_link(username=person.username, url=url)
            self.stdout.write(f"  {person.role:<9}{person.username:<6}{link}")
        self.stdout.flush()
