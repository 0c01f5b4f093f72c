"""A whole installation of chatapp as people run it: processes, a folder, and clients over HTTP."""

import copy
import re
import sqlite3
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any, Self

import httpx2
import psycopg
from psycopg.rows import dict_row

from tests.processes import Process, environment, free_port

ROOT = Path(__file__).resolve().parent.parent


class Installation:
    """One set of settings and whatever processes a test starts with them."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.settings = {
            "CHATAPP_DATA_DIR": str(folder / "data"),
            "CHATAPP_SECRET_KEY": "a key that every process of this installation shares",
            "CHATAPP_SENDS_PER_MINUTE": "100000",
            "CHATAPP_BUILTIN_DELAY_MS": "0",
            **settings,
        }
        self._processes: list[Process] = []
        self._people: list[Person] = []
        self._started = 0
        folder.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        for person in self._people:
            person.close()
        for process in self._processes:
            if process.is_running:
                process.kill()

    def manage(self, *arguments: str) -> str:
        """What a command prints."""
        done = subprocess.run(
            self._command(*arguments), env=environment(**self.settings), cwd=ROOT,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(done.stdout + done.stderr)
        return done.stdout.strip()

    def web(self, *options: str, port: int = 0, **settings: str) -> "Web":
        """`manage.py serve`, listening."""
        port = port or free_port()
        web = Web(self._start("serve", "--port", str(port), *options, **settings), port)
        web.process.wait_for("Listening on", 120)
        return web

    def worker(self, **settings: str) -> Process:
        """`manage.py runturns`, ready."""
        worker = self._start("runturns", **settings)
        worker.wait_for("Ready", 120)
        return worker

    def fake_model(self) -> Process:
        """The fake OpenAI server; from here on it is this installation's default model."""
        port = free_port()
        command = [sys.executable, "-m", "tests.fake_openai", "--port", str(port)]
        model = self._run(command, environment())
        model.wait_for("Listening")
        self.settings |= {
            "CHATAPP_LLM_BASE_URL": f"http://127.0.0.1:{port}/v1",
            "CHATAPP_LLM_MODEL": "fake",
        }
        return model

    def sign_in(self, username: str, web: "Web") -> "Person":
        return self.person(web, self.link(username, web))

    def person(self, web: "Web", link: str) -> "Person":
        """Whoever a sign-in link is of."""
        person = Person(web, link)
        self._people.append(person)
        return person

    def link(self, username: str, web: "Web") -> str:
        return self.manage("signinlink", username, "--url", web.url)

    def query(self, sql: str) -> list[dict[str, Any]]:
        """Rows of the database, read by other means than the application's."""
        if url := self.settings.get("DATABASE_URL"):
            with psycopg.connect(url, row_factory=dict_row) as connection:  # type: ignore[arg-type]
                return list(connection.execute(sql))  # type: ignore[call-overload]
        path = Path(self.settings["CHATAPP_DATA_DIR"]) / "chatapp.sqlite3"
        connection = sqlite3.connect(path, timeout=20)
        connection.row_factory = sqlite3.Row
        try:
            return [dict(row) for row in connection.execute(sql)]
        finally:
            connection.close()

    def _start(self, *arguments: str, **settings: str) -> Process:
        return self._run(self._command(*arguments), environment(**self.settings, **settings))

    def _run(self, command: list[str], env: dict[str, str]) -> Process:
        self._started += 1
        process = Process(command, self.folder / f"{self._started}.log", env, cwd=ROOT)
        self._processes.append(process)
        return process

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "manage.py", *arguments]


class Web:
    """A web process and where it is reached."""

    def __init__(self, process: Process, port: int) -> None:
        self.process, self.port = process, port
        self.url = f"http://127.0.0.1:{port}"

    def link_of(self, role: str) -> str:
        """The sign-in link that the start of an empty installation has printed."""
        [link] = re.findall(rf"^  {role}\s+\w+\s+(\S+)$", self.process.output, re.MULTILINE)
        return str(link)


class Person:
    """Somebody who is signed in, at a web process of their choice."""

    def __init__(self, web: Web, link: str) -> None:
        self._http = httpx2.Client(base_url=web.url, timeout=60)
        self._clients = [self._http]
        self._http.get(link)
        self._http.post(link, data=self._token())

    def at(self, web: Web) -> "Person":
        """The same login at another process."""
        other = copy.copy(self)
        client = httpx2.Client(base_url=web.url, timeout=60, cookies=self._http.cookies)
        self._clients.append(client)
        other._http = client
        return other

    def close(self) -> None:
        for client in self._clients:
            client.close()

    @property
    def cookie(self) -> str:
        return f"sessionid={self._http.cookies['sessionid']}"

    def get(self, path: str, **options: Any) -> httpx2.Response:
        return self._http.get(path, **options)

    def post(
        self, path: str, data: dict[str, Any] | None = None, **options: Any
    ) -> httpx2.Response:
        headers = {"X-Requested-With": "fetch", **options.pop("headers", {})}
        values = {**(data or {}), **self._token()}
        return self._http.post(path, data=values, headers=headers, **options)

    def start(self, text: str = "", *, agent: str = "", **values: Any) -> str:
        """A new session; returns its key."""
        create = {} if text else {"create": "empty"}
        form = {"content": text, "agent": agent, "client_id": uuid.uuid4().hex, **create, **values}
        answer = self.post("/", form)
        if answer.status_code != 201:
            raise RuntimeError(f"{answer.status_code}: {answer.text[:500]}")
        return str(answer.json()["key"])

    def send(self, key: str, text: str, client_id: str = "") -> httpx2.Response:
        return self.post(
            f"/s/{key}/messages", {"content": text, "client_id": client_id or uuid.uuid4().hex}
        )

    def upload(self, key: str, path: Path) -> httpx2.Response:
        files = {"files": (path.name, path.read_bytes())}
        answer = self.post(f"/s/{key}/files", files=files)
        self.post(f"/s/{key}/files/announce")
        return answer

    def news(self, key: str, after: int = 0) -> list[dict[str, Any]]:
        """What the polling twin of the socket says."""
        answer = self.get(f"/s/{key}/events", params={"after": after})
        answer.raise_for_status()
        return list(answer.json())

    def _token(self) -> dict[str, str]:
        return {"csrfmiddlewaretoken": self._http.cookies.get("csrftoken", "")}
