"""The main job on several processes: no node is special, and any of them may die."""

import signal

import redis as redis_client

from tests.crash.checker import check
from tests.e2e.chat import REPORT
from tests.processes import wait_until
from tests.scaled.tab import words

SLOW = "!tokens=120 rate=20"
GOING_AWAY = 1012


def test_a_message_sent_at_one_node_streams_at_the_other(cluster, watch):
    here, there = cluster.webs
    key = cluster.uma.start(agent="fake")
    tab = watch(there, key)

    assert cluster.person_at(here).send(key, SLOW).status_code == 202
    answer = tab.event("agent_output")

    assert tab.seqs() == [1, 2]
    assert len(tab.deltas()) > 20
    assert tab.text()[:40] in words(answer["html"])


def test_who_changes_the_node_in_the_middle_misses_nothing(cluster, watch):
    here, there = cluster.webs
    key = cluster.uma.start(SLOW, agent="fake")
    first = watch(here, key)
    first.writes(60)
    seen = first.text()
    first.close()

    second = watch(there, key, after=1)
    second.until(lambda message: message["t"] == "b", 10)

    assert len(second.text()) >= len(seen) - 40
    second.event("agent_output")
    assert second.seqs() == [2]


def test_a_killed_worker_leaves_its_turn_to_the_other(cluster, watch):
    _, there = cluster.webs
    key = cluster.uma.start(agent="fake")
    tab = watch(there, key)
    client_ids = ["first", "second"]
    for client_id in client_ids:
        cluster.uma.send(key, SLOW, client_id)
    tab.writes()

    cluster.worker_of(key).kill()
    tab.event("agent_output", after=2)

    assert tab.seqs() == [1, 2, 3, 4]
    wait_until(lambda: tab.messages[-1].get("state") == "idle", 20, "an idle session")
    verdict = check(cluster.installation, {key: client_ids})
    assert (verdict.completed, verdict.taken_over) == (2, 1)


def test_redis_may_forget_everything_or_restart_and_watchers_heal(cluster, watch):
    _, there = cluster.webs
    key = cluster.uma.start(agent="fake")
    tab = watch(there, key)

    cluster.uma.send(key, SLOW)
    tab.writes()
    with redis_client.Redis.from_url(cluster.redis.url) as client:
        client.flushall()
    tab.event("agent_output")
    cluster.uma.send(key, SLOW)
    cluster.redis.restart()
    tab.event("agent_output", after=2)
    assert tab.seqs() == [1, 2, 3, 4]

    before = len(tab.deltas())
    cluster.uma.send(key, SLOW)
    tab.event("agent_output", after=4)
    assert len(tab.deltas()) > before + 20


def test_files_live_in_the_bucket_and_reach_every_node(cluster, watch):
    here, there = cluster.webs
    key = cluster.uma.start(agent="offline")
    tab = watch(there, key)

    assert cluster.person_at(here).upload(key, REPORT).status_code == 201
    cluster.person_at(here).send(key, "What does the report say about the summary?")
    answer = tab.event("agent_output", seconds=120)

    assert "report.pdf" in answer["html"]
    rows = cluster.installation.query(
        "SELECT a.key, a.file FROM chatapp_artifact a JOIN chatapp_session s ON "
        f"s.id = a.session_id WHERE s.key = '{key}' ORDER BY a.id"
    )
    assert len(rows) == 2
    assert {row["file"] for row in rows} <= set(cluster.s3.keys())
    fetched = cluster.person_at(there).get(f"/s/{key}/a/{rows[0]['key']}", follow_redirects=True)
    assert fetched.content == REPORT.read_bytes()


def test_a_worker_told_to_end_hands_over_what_takes_too_long(cluster, watch):
    here, _ = cluster.webs
    key = cluster.uma.start("!tokens=560 rate=20", agent="fake")
    tab = watch(here, key)
    tab.writes()

    assert cluster.worker_of(key).stop() == 0
    tab.event("agent_output", seconds=120)

    assert tab.seqs() == [1, 2]
    rows = cluster.installation.query(
        "SELECT t.attempt FROM chatapp_turn t JOIN chatapp_session s ON s.id = t.session_id "
        f"WHERE s.key = '{key}'"
    )
    assert rows == [{"attempt": 2}]


def test_a_web_process_told_to_end_sends_its_watchers_elsewhere(cluster, watch):
    here, there = cluster.webs
    key = cluster.uma.start(SLOW, agent="fake")
    tab = watch(here, key)
    tab.writes()

    here.process.send(signal.SIGTERM)
    wait_until(lambda: tab.code is not None, 30, "a closed socket")
    assert tab.code == GOING_AWAY
    other = watch(there, key, after=1)
    other.event("agent_output")

    assert here.process.ended() == 0
    assert other.seqs() == [2]
