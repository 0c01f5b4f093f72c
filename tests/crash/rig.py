"""Installations to kill: one process with SQLite, or PostgreSQL with a web process and workers."""

import random
import signal
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.installation import Installation, Web
from tests.processes import Process, wait_until
from tests.servers import Postgres

PEOPLE_AND_AGENT = """
from chatapp.services.agents import create_agent
from chatapp.services.users import create_sign_in_link, create_user
create_user(username="uma", email="uma@example.com", role="user")
create_agent(author=None, name="Agent", model={"name": "default"})
print(create_sign_in_link(username="uma"))
"""
UNFINISHED = "SELECT count(*) AS n FROM chatapp_turn WHERE status IN ('queued', 'running')"
RUNNING = "SELECT id, runner, attempt FROM chatapp_turn WHERE status = 'running'"


class Rig:
    """What runs turns is in `runners`; each of them can be killed, frozen and replaced."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.installation.fake_model()
        self.start()
        token = self.installation.manage("shell", "-v0", "-c", PEOPLE_AND_AGENT)
        self.uma = self.installation.person(self.web, f"/login/link/{token}")
        self.sent: dict[str, list[str]] = {}
        self._lock = threading.Lock()

    def start(self) -> None:
        """Start everything, with one runner."""
        self.web: Web = self.installation.web("--no-demo")
        self.runners: list[Process] = [self.web.process]

    def add_runner(self) -> Process:
        raise NotImplementedError

    def replace(self, runner: Process) -> None:
        """After a kill: what systemd would do."""
        self.web = self.installation.web("--no-demo", port=self.web.port)
        self.runners.append(self.web.process)

    def reset(self) -> None:
        """Forget what was sent, and have one runner again."""
        self.sent = {}
        for runner in self.runners[1:]:
            self.kill(runner)

    def begin(self, sessions: int, turns: int, order: str) -> None:
        """Send this many messages into each of new sessions; what was accepted is in `sent`."""
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _: self._fill(turns, order), range(sessions)))

    def _fill(self, turns: int, order: str) -> None:
        key = self.uma.start()
        for _ in range(turns):
            client_id = uuid.uuid4().hex
            if self.uma.send(key, order, client_id).status_code == 202:
                with self._lock:
                    self.sent.setdefault(key, []).append(client_id)

    def kill(self, runner: Process) -> None:
        runner.kill()
        self.runners.remove(runner)

    def drain(self, runner: Process) -> int:
        """SIGTERM; returns the exit code."""
        self.runners.remove(runner)
        return runner.stop()

    def turns(self, *columns: str) -> list[dict[str, Any]]:
        """Columns of the turns of what was sent."""
        keys = ", ".join(f"'{key}'" for key in self.sent)
        return self.installation.query(
            f"SELECT {', '.join(f't.{column}' for column in columns)} FROM chatapp_turn t "
            f"JOIN chatapp_session s ON s.id = t.session_id WHERE s.key IN ({keys})"
        )

    def running(self) -> int:
        return len(self.installation.query(RUNNING))

    def all_run(self, at_least: int) -> None:
        wait_until(lambda: self.running() >= at_least, 60, f"{at_least} running turns")

    def rest(self, seconds: float = 120) -> None:
        """Wait until no turn waits or runs."""
        wait_until(
            lambda: self.installation.query(UNFINISHED)[0]["n"] == 0,
            seconds,
            "the end of all turns",
        )

    def torment(self, kills: int, chance: random.Random) -> None:
        """Kill a runner at some moment while turns run, and replace it, again and again."""
        for _ in range(kills):
            time.sleep(chance.uniform(0.2, 2.5))
            victim = chance.choice(self.runners)
            self.kill(victim)
            self.replace(victim)


class ScaledRig(Rig):
    def start(self) -> None:
        self.web = self.installation.web("--no-demo")
        self.runners = [self.installation.worker()]

    def add_runner(self) -> Process:
        runner = self.installation.worker()
        self.runners.append(runner)
        return runner

    def replace(self, runner: Process) -> None:
        self.add_runner()


@contextmanager
def sqlite_rig(folder: Path, **settings: str) -> Iterator[Rig]:
    with Installation(folder, **settings) as installation:
        yield Rig(installation)


@contextmanager
def postgresql_rig(folder: Path, postgres: Postgres, **settings: str) -> Iterator[Rig]:
    url = postgres.create(f"crash_{uuid.uuid4().hex[:8]}")
    installation = Installation(folder, DATABASE_URL=url, CHATAPP_TURN_RUNNER="worker", **settings)
    with installation:
        yield ScaledRig(installation)


FREEZE, THAW = signal.SIGSTOP, signal.SIGCONT
