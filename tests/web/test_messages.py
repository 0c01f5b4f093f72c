"""The composer's door: send, queue, and send now."""

import pytest
from django.urls import reverse

from chatapp.models import Turn
from chatapp.services.inputs import submit_compaction
from tests.factories import send


@pytest.fixture
def web(client, alice):
    client.force_login(alice)
    return client


@pytest.fixture
def waiting(session):
    """A message behind another that is being answered."""
    send(session, "First")
    return send(session, "Second").turn


def url(name, session, *more):
    return reverse(name, args=[session.key, *more])


def test_a_message_is_queued_unless_it_is_to_steer(web, session):
    for values in ({"content": "1"}, {"content": "2"}, {"content": "3", "steers": "on"}):
        web.post(url("session-send", session), values)

    assert list(session.turns.values_list("steers", flat=True)) == [False, False, True]


def test_a_waiting_message_may_be_sent_now(web, session, waiting):
    answer = web.post(url("queued-now", session, waiting.pk))

    waiting.refresh_from_db()
    assert waiting.steers
    assert "Next step" in answer.content.decode()
    assert "Send now" not in answer.content.decode()


def test_what_is_being_answered_cannot_be_sent_again(web, session, waiting):
    first = session.turns.first()

    assert web.post(url("queued-now", session, first.pk)).status_code == 409


@pytest.mark.parametrize("name", ["queued-now", "queued-edit"])
def test_a_compaction_that_waits_is_no_message(web, session, alice, waiting, name):
    turn = submit_compaction(session=session, author=alice, request={}).turn

    answer = web.post(url(name, session, turn.pk), {"content": "x"})

    assert answer.status_code == 409
    assert Turn.objects.get(pk=turn.pk).input == {}
    assert "Compact the conversation" in web.get(url("queue", session)).content.decode()
