"""The life of a turn at its own door: the services."""

from datetime import timedelta

import pytest
from django.utils import timezone

from chatapp.errors import Conflict, InvalidInput, NotFound
from chatapp.events.bodies import AgentOutput, text_message
from chatapp.models import Event, Session, Turn
from chatapp.services.events import Fence, LostTurn, append_events
from chatapp.services.inputs import edit_queued, remove_queued, submit_message
from chatapp.services.sessions import delete_session
from chatapp.services.turns import (
    claim_turn,
    finish_turn,
    renew_leases,
    request_cancel,
    turns_to_dispatch,
)
from tests.factories import send

pytestmark = pytest.mark.django_db


def claim(turn, runner="r1"):
    return claim_turn(turn_id=turn.pk, runner=runner)


def expire(turn):
    Turn.objects.filter(pk=turn.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def types(session):
    return list(session.events.values_list("type", flat=True))


def test_a_message_and_its_turn_are_stored_together(session):
    turn = send(session, "Hi").turn

    assert types(session) == ["input_message"]
    assert turn.status == "queued"
    assert turn.input_seq == 1


def test_the_first_message_names_the_session(session):
    send(session, "Why was order 4417 refunded twice? I need to know.")

    session.refresh_from_db()
    assert session.name == "Why was order 4417 refunded twice?"


def test_the_same_client_id_is_the_same_turn(session):
    first = send(session, "Hi", client_id="c1")
    second = send(session, "Hi", client_id="c1")

    assert (first.created, second.created) == (True, False)
    assert second.turn == first.turn
    assert types(session) == ["input_message"]


def test_the_same_client_id_with_other_words_is_a_conflict(session):
    send(session, "Hi", client_id="c1")

    with pytest.raises(Conflict):
        send(session, "Something else", client_id="c1")


@pytest.mark.parametrize("text", ["", "   \n ", "a\x00b", "x" * 100_001])
def test_a_message_without_sense_is_refused(session, text):
    with pytest.raises(InvalidInput):
        send(session, text)
    assert types(session) == []


def test_a_disabled_session_takes_no_message(session):
    Session.objects.update(enabled=False)

    with pytest.raises(InvalidInput):
        send(session, "Hi")


def test_a_message_to_a_deleted_session_finds_nothing(session):
    delete_session(session=session)

    with pytest.raises(NotFound):
        send(session, "Hi")


def test_a_second_message_waits_and_is_no_event_yet(session):
    send(session, "One")
    second = send(session, "Two").turn

    assert types(session) == ["input_message"]
    assert second.input_seq is None


def test_a_waiting_message_becomes_an_event_when_its_turn_comes(session):
    first, second = send(session, "One").turn, send(session, "Two").turn
    finish_turn(claim=claim(first), status="completed", bodies=[AgentOutput(content="1")])

    claim(second)

    assert types(session) == ["input_message", "agent_output", "input_message"]


def test_a_waiting_message_can_be_edited_and_taken_back(session):
    send(session, "One")
    second = send(session, "Two").turn

    edited = edit_queued(session=session, turn_id=second.pk, content="Three")
    assert edited.input["messages"][0]["content"] == "Three"

    remove_queued(session=session, turn_id=second.pk)
    assert session.turns.count() == 1


def test_a_message_being_answered_cannot_be_edited(session):
    turn = send(session, "One").turn

    with pytest.raises(Conflict):
        edit_queued(session=session, turn_id=turn.pk, content="Two")


def test_turns_of_a_session_are_claimed_in_order(session):
    first, second = send(session, "One").turn, send(session, "Two").turn

    assert claim(second) is None
    assert claim(first) is not None
    assert claim(second) is None


def test_a_turn_is_claimed_once(session):
    turn = send(session).turn

    assert claim(turn, "r1") is not None
    assert claim(turn, "r2") is None


def test_a_turn_whose_lease_is_over_is_taken_over(session):
    turn = send(session).turn
    claim(turn, "r1")
    expire(turn)

    taken = claim(turn, "r2")

    assert taken.is_taken_over
    assert taken.fence == Fence(turn.pk, 2)
    assert types(session) == ["input_message"]


def test_a_zombie_writes_nothing(session):
    turn = send(session).turn
    zombie = claim(turn, "r1")
    expire(turn)
    claim(turn, "r2")

    with pytest.raises(LostTurn):
        append_events(session=session, bodies=[AgentOutput(content="late")], fence=zombie.fence)
    with pytest.raises(LostTurn):
        finish_turn(claim=zombie, status="completed", bodies=[AgentOutput(content="late")])
    assert types(session) == ["input_message"]


def test_a_turn_taken_over_too_often_fails_and_says_interrupted(session, settings):
    settings.TURN_MAX_ATTEMPTS = 1
    turn = send(session).turn
    claim(turn)
    expire(turn)

    assert claim(turn) is None
    turn.refresh_from_db()
    assert (turn.status, turn.reason) == ("failed", "interrupted")
    assert types(session) == ["input_message", "turn_failed"]


def test_renewing_keeps_what_is_mine_and_tells_what_was_cancelled(session, alice):
    turn = send(session).turn
    claim(turn)
    request_cancel(session=session, actor=alice)

    kept, cancelled = renew_leases(
        runner="r1", fences={turn.pk: 1}, drafts={turn.pk: {"text": "So"}}
    )

    assert (kept, cancelled) == ({turn.pk}, {turn.pk})
    turn.refresh_from_db()
    assert turn.draft == {"text": "So"}


def test_renewing_does_not_keep_what_others_took(session):
    turn = send(session).turn
    claim(turn, "r1")
    expire(turn)
    claim(turn, "r2")

    kept, _ = renew_leases(runner="r1", fences={turn.pk: 1}, drafts={})

    assert kept == set()


def test_cancelling_a_turn_that_has_not_begun_ends_it(session, alice):
    turn = send(session).turn

    request_cancel(session=session, actor=alice)

    turn.refresh_from_db()
    assert turn.status == "cancelled"
    assert types(session) == ["input_message", "session_interrupted"]


def test_cancelling_an_idle_session_is_nothing(session, alice):
    assert request_cancel(session=session, actor=alice) is None


def test_the_sweep_finds_heads_that_wait_and_turns_without_lease(session):
    first, _second = send(session, "One").turn, send(session, "Two").turn
    assert turns_to_dispatch(waited=timedelta(seconds=60)) == []
    assert turns_to_dispatch(waited=timedelta(0)) == [first.pk]

    claim(first)
    assert turns_to_dispatch(waited=timedelta(0)) == []

    expire(first)
    assert turns_to_dispatch(waited=timedelta(seconds=60)) == [first.pk]


def test_deleting_a_session_cancels_its_turns(session):
    turn = send(session).turn
    running = claim(turn)

    delete_session(session=session)

    turn.refresh_from_db()
    assert turn.status == "cancelled"
    with pytest.raises(LostTurn):
        finish_turn(claim=running, status="completed")


def test_seqs_are_dense(session, alice):
    for number in range(5):
        turn = submit_message(session=session, author=alice, body=text_message(f"{number}")).turn
        finish_turn(claim=claim(turn), status="completed", bodies=[AgentOutput(content="ok")])

    seqs = list(Event.objects.filter(session=session).values_list("seq", flat=True))
    assert seqs == list(range(1, 11))
