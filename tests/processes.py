"""Real processes for tests: started here, told by their pid to stop, their output kept."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(happened: Callable[[], Any], seconds: float = 30, what: str = "") -> Any:
    """What `happened` returns as soon as that is true. The time is a deadline, not a promise."""
    end = time.monotonic() + seconds
    while True:
        if value := happened():
            return value
        if time.monotonic() > end:
            raise TimeoutError(f"Not within {seconds} s: {what or happened}")
        time.sleep(0.05)


class Process:
    """One process, whose output goes to a file."""

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        env: Mapping[str, str] | None = None,
        **options: Any,
    ) -> None:
        self._log = log
        self._began = log.stat().st_size if log.exists() else 0
        with log.open("ab") as output:
            self._popen = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=None if env is None else dict(env),
                **options,
            )

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def is_running(self) -> bool:
        return self._popen.poll() is None

    @property
    def output(self) -> str:
        with self._log.open("rb") as file:
            file.seek(self._began)
            return file.read().decode(errors="replace")

    def wait_for(self, words: str, seconds: float = 60) -> str:
        """The first line of the output that holds `words`."""

        def line() -> str:
            if not self.is_running and words not in self.output:
                raise RuntimeError(f"It ended before it said {words!r}:\n{self.output}")
            return next((line for line in self.output.splitlines() if words in line), "")

        return str(wait_until(line, seconds, f"{words!r} in {self.output}"))

    def send(self, number: int) -> None:
        self._popen.send_signal(number)

    def kill(self) -> None:
        """As the power cut does it: no goodbye."""
        self._popen.kill()
        self._popen.wait()

    def stop(self, number: int = signal.SIGTERM, seconds: float = 40) -> int:
        """Ask it to end; returns its exit code."""
        if self.is_running:
            self._popen.send_signal(signal.SIGCONT)
            self._popen.send_signal(number)
        return self.ended(seconds)

    def ended(self, seconds: float = 40) -> int:
        """Wait for its end by itself."""
        try:
            return self._popen.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise


def environment(**changes: str) -> dict[str, str]:
    """What a process gets to see: none of this installation's own settings."""
    ours = ("CHATAPP_", "DATABASE_URL", "REDIS_URL", "DJANGO_", "PYTEST_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**kept, "PYTHONUNBUFFERED": "1", "PYTHONFAULTHANDLER": "1", **changes}
