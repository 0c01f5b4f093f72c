"""Turns in a process of their own: PostgreSQL, Redis, web processes and workers."""

import json
import signal
from uuid import uuid4

import httpx2
import pytest

from tests.installation import Installation, Person
from tests.processes import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.postgres, pytest.mark.redis]


@pytest.fixture(scope="module")
def installation(tmp_path_factory, postgres, redis):
    settings = {
        "DATABASE_URL": postgres.create(f"runturns_{uuid4().hex[:8]}"),
        "REDIS_URL": redis.url,
        "CHATAPP_TURN_RUNNER": "worker",
    }
    with Installation(tmp_path_factory.mktemp("runturns"), **settings) as installation:
        yield installation


@pytest.fixture(scope="module")
def web(installation):
    return installation.web()


@pytest.fixture(scope="module")
def uma(web):
    person = Person(web, web.link_of("user"))
    yield person
    person.close()


def readiness(web):
    return httpx2.get(f"{web.url}/readyz", timeout=60).json()["checks"]


def answers(person, key):
    page = person.get(f"/s/{key}").text
    return page.count('data-type="agent_output"')


def test_a_message_waits_until_a_worker_comes(web, installation, uma):
    assert readiness(web)["runner"] == "no worker"
    key = uma.start("Hello!", agent="support")
    assert answers(uma, key) == 0

    worker = installation.worker()

    wait_until(lambda: answers(uma, key) == 1, 30, "an answer")
    assert readiness(web) == {"database": "ok", "layer": "ok", "storage": "ok", "runner": "ok"}
    assert worker.stop(signal.SIGTERM) == 0


def test_a_worker_that_is_told_to_stop_ends_in_peace_with_work_waiting(web, installation, uma):
    keys = [uma.start(f"Message {n}", agent="support") for n in range(5)]
    first, second = installation.worker(), installation.worker()

    assert first.stop(signal.SIGTERM) == 0

    for key in keys:
        wait_until(lambda key=key: answers(uma, key) == 1, 30, "an answer")
    assert second.stop(signal.SIGINT) == 0


CHAIN = """
from chatapp.services.agents import create_agent
for key, helper in (("leaf", None), ("middle", "leaf"), ("top", "middle")):
    tools = {helper: {"type": "sub_agent", "sub_agent_configuration": {"agent_key": helper}}}
    create_agent(author=None, key=key, name=key, model={"name": "fake"},
                 tool_configurations=tools if helper else {})
"""


def test_agents_that_wait_for_agents_leave_them_a_place(tmp_path, postgres, redis):
    settings = {
        "DATABASE_URL": postgres.create(f"chain_{uuid4().hex[:8]}"),
        "REDIS_URL": redis.url,
        "CHATAPP_TURN_RUNNER": "worker",
        "CHATAPP_TURN_CONCURRENCY": "1",
    }
    to_leaf = {"message": "!say Deep down."}
    to_middle = {"message": f"!tool leaf {json.dumps(to_leaf)}"}
    with Installation(tmp_path, **settings) as installation:
        installation.fake_model()
        web = installation.web()
        installation.manage("shell", "-v0", "-c", CHAIN)
        installation.worker()
        person = installation.person(web, web.link_of("user"))

        key = person.start(f"!tool middle {json.dumps(to_middle)}", agent="top")

        wait_until(lambda: answers(person, key) == 1, 60, "an answer")
        assert "Deep down." in person.get(f"/s/{key}").text


def test_two_web_processes_that_start_at_once_prepare_the_database_once(tmp_path, postgres, redis):
    settings = {
        "DATABASE_URL": postgres.create(f"together_{uuid4().hex[:8]}"),
        "REDIS_URL": redis.url,
        "CHATAPP_TURN_RUNNER": "worker",
    }
    with Installation(tmp_path, **settings) as installation:
        processes = [installation._start("serve", "--port", "0") for _ in range(2)]
        for process in processes:
            process.wait_for("Listening on", 120)

        demos = [process for process in processes if "A demo was made" in process.output]
        assert len(demos) == 1
        assert [process.stop(signal.SIGTERM) for process in processes] == [0, 0]
