"""What machines ask: is it up, is it ready, how is it doing."""

import asyncio

import pytest
from django.db import connection
from django.test import Client

from chatapp.turns.hosting import host
from chatapp.web.metrics import REQUESTS, SOCKETS, Meter
from tests.factories import send


def test_it_is_up_without_asking_the_database(client):
    response = client.get("/healthz")

    assert response.status_code == 200
    assert response.content == b"ok\n"


def test_it_is_not_ready_while_nobody_runs_turns(client, db):
    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json() == {
        "ready": False,
        "checks": {"database": "ok", "layer": "ok", "storage": "ok", "runner": "not started"},
    }


@pytest.mark.django_db(transaction=True)
async def test_it_is_ready_once_the_runner_runs():
    def ask():
        try:
            return Client().get("/readyz")
        finally:
            connection.close()

    await host.start()
    try:
        response = await asyncio.to_thread(ask)
    finally:
        await host.stop()

    assert response.status_code == 200
    assert response.json()["ready"] is True


def test_a_redis_that_is_away_makes_it_unready_and_is_not_told_about(client, db, settings):
    settings.REDIS_URL = "redis://:secret@127.0.0.1:1/0"

    response = client.get("/readyz")

    assert response.json()["checks"]["layer"] == "unreachable"
    assert b"secret" not in response.content


def test_metrics_are_for_administrators(client, ada, rita):
    assert client.get("/metrics").status_code == 401
    client.force_login(rita)
    assert client.get("/metrics").status_code == 401
    client.force_login(ada)
    assert client.get("/metrics").status_code == 200


def test_metrics_are_for_those_with_the_token(db, settings):
    settings.METRICS_TOKEN = "let-me-scrape"

    assert Client().get("/metrics", headers={"authorization": "Bearer nope"}).status_code == 401
    right = {"authorization": "Bearer let-me-scrape"}
    assert Client().get("/metrics", headers=right).status_code == 200


def test_an_empty_token_opens_nothing(db, settings):
    settings.METRICS_TOKEN = ""

    assert Client().get("/metrics", headers={"authorization": "Bearer "}).status_code == 401


def test_metrics_count_the_turns_that_wait(client, ada, session):
    send(session)
    send(session)
    client.force_login(ada)

    text = client.get("/metrics").content.decode()

    assert 'chatapp_turns_active{status="queued"} 2.0' in text
    assert 'chatapp_turns_last_hour{status="queued"} 2.0' in text
    assert session.key not in text


async def test_the_meter_counts_open_sockets_and_times_requests():
    seen = []

    async def app(scope, receive, send):
        seen.append(SOCKETS._value.get())
        await send({"type": "http.response.start", "status": 404})

    async def send(message):
        pass

    await Meter(app)({"type": "websocket"}, None, send)
    await Meter(app)({"type": "http", "method": "BREW"}, None, send)

    assert seen == [1.0, 0.0]
    labels = {"method": "other", "status": "4xx"}
    [family] = REQUESTS.collect()
    assert any(s.labels == labels and s.value == 1 for s in family.samples)
