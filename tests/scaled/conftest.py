"""PostgreSQL, Redis, a bucket, two web processes and two workers: all real, all on this machine."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.installation import Installation, Person, Web
from tests.processes import Process
from tests.scaled.tab import Tab
from tests.servers import S3, Postgres, Redis

PEOPLE_AND_AGENTS = """
from chatapp.services.agents import create_agent
from chatapp.services.demo import FILE_TOOLS
from chatapp.services.users import create_sign_in_link, create_user
create_user(username="uma", email="uma@example.com", role="user")
create_agent(author=None, key="fake", name="Fake", model={"name": "fake"})
create_agent(
    author=None, key="offline", name="Offline", model={"name": "builtin"},
    tool_configurations=FILE_TOOLS,
)
print(create_sign_in_link(username="uma"))
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            for mark in ("postgres", "redis", "slow"):
                item.add_marker(mark)


class Cluster:
    """Two of each; what a test has killed is started again for the next one."""

    def __init__(self, installation: Installation, redis: Redis, s3: S3) -> None:
        self.installation, self.redis, self.s3 = installation, redis, s3
        installation.fake_model()
        self.webs: list[Web] = [installation.web("--no-demo")]
        token = installation.manage("shell", "-v0", "-c", PEOPLE_AND_AGENTS)
        self.uma: Person = installation.person(self.webs[0], f"/login/link/{token}")
        self.workers: list[Process] = []
        self.complete()

    def complete(self) -> None:
        self.webs = [web for web in self.webs if web.process.is_running]
        self.workers = [worker for worker in self.workers if worker.is_running]
        while len(self.webs) < 2:
            self.webs.append(self.installation.web("--no-demo"))
        while len(self.workers) < 2:
            self.workers.append(self.installation.worker())

    def person_at(self, web: Web) -> Person:
        return self.uma.at(web)

    def worker_of(self, key: str) -> Process:
        """The worker that runs the session's turn."""
        rows = self.installation.query(
            "SELECT t.runner FROM chatapp_turn t JOIN chatapp_session s ON s.id = t.session_id "
            f"WHERE s.key = '{key}' AND t.status = 'running'"
        )
        pid = int(rows[0]["runner"].split("/")[1])
        return next(worker for worker in self.workers if worker.pid == pid)


@pytest.fixture(scope="module")
def installed(
    postgres: Postgres, redis: Redis, s3: S3, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cluster]:
    settings = {
        "DATABASE_URL": postgres.create("scaled"),
        "REDIS_URL": redis.url,
        "CHATAPP_STORAGE_URL": s3.url,
        "CHATAPP_TURN_RUNNER": "worker",
    }
    with Installation(tmp_path_factory.mktemp("scaled"), **settings) as installation:
        yield Cluster(installation, redis, s3)


@pytest.fixture
def cluster(installed: Cluster) -> Cluster:
    installed.complete()
    return installed


@pytest.fixture
def watch(cluster: Cluster) -> Iterator[Callable[..., Tab]]:
    """`watch(web, key, after=0)` opens a tab of Uma's."""
    tabs: list[Tab] = []

    def open_tab(web: Web, key: str, after: int = 0) -> Tab:
        tab = Tab(cluster.uma, web, key, after)
        tabs.append(tab)
        return tab

    yield open_tab
    for tab in tabs:
        with suppress(OSError):
            tab.close()
