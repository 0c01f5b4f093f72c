"""/v2/agents/{agent_key}/schedules, and their runs (wire contract, §6.3)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from chatapp.models import Schedule, Session
from chatapp.services.schedules import run_due_schedules


@pytest.fixture
def url(agent):
    return f"/agents/{agent.key}/schedules"


def daily(**changes):
    body = {
        "key": "daily",
        "name": "Daily",
        "message": [{"type": "text", "content": "What is new?"}],
        "schedule": {"type": "cron", "cron_expression": "0 9 * * *"},
    }
    return {**body, **changes}


def test_a_schedule_runs_when_its_time_has_come(api, url):
    api.post(url, daily(session_metadata={"a": 1}))
    due = timezone.now() + timedelta(days=1)

    assert run_due_schedules(now=due - timedelta(days=1)) == 0
    assert run_due_schedules(now=due) == 1
    assert run_due_schedules(now=due) == 0

    [execution] = api.get(f"{url}/daily/executions").json()["executions"]
    session = Session.objects.get(key=execution["session_key"])
    assert execution["status"] == "success"
    assert (session.metadata, session.origin) == ({"a": 1}, "schedule")
    assert session.events.get().body["messages"][0]["content"] == "What is new?"


def test_a_run_that_fails_is_on_record(api, url, agent):
    api.post(url, daily())
    agent.enabled = False
    agent.save()

    run_due_schedules(now=timezone.now() + timedelta(days=1))

    execution = Schedule.objects.get().executions.get()
    assert (execution.status, bool(execution.error_message)) == ("error", True)


def test_old_executions_go(api, url):
    timing = {"type": "interval", "interval": "PT1M"}
    api.post(url, daily(schedule=timing, max_executions_to_keep=2))

    for minutes in (2, 4, 6):
        run_due_schedules(now=timezone.now() + timedelta(minutes=minutes))

    assert Schedule.objects.get().executions.count() == 2


def test_a_disabled_schedule_rests(api, url):
    api.post(url, daily())
    api.patch(f"{url}/daily", {"enabled": False})

    assert run_due_schedules(now=timezone.now() + timedelta(days=1)) == 0
    assert api.delete(f"{url}/daily").status_code == 204
    assert api.get(f"{url}/daily").status_code == 404


@pytest.mark.parametrize(
    "timing",
    [
        {"type": "interval", "interval": "PT1S"},
        {"type": "interval", "interval": "6 hours"},
        {"type": "interval", "interval": "P"},
        {"type": "interval", "interval": "PT99999999999H"},
        {"type": "cron", "cron_expression": "0 9 * *"},
        {"type": "cron", "cron_expression": "99 9 * * *"},
        {"type": "cron", "cron_expression": "0 0 31 2 *"},
        {"type": "cron", "cron_expression": "* * * * * *"},
        {"type": "sometimes"},
    ],
)
def test_a_time_that_never_comes_is_refused(api, url, timing):
    assert api.post(url, daily(schedule=timing)).status_code == 400
