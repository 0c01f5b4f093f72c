"""The same thing asked twice at once is done once (P2, G5); two things at once are two."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections, transaction
from django.urls import reverse

from chatapp.errors import ChatappError, Conflict, NotFound
from chatapp.events.bodies import AgentOutput
from chatapp.models import Artifact, Event, Session, SignInLink, Turn
from chatapp.services.artifacts import announce_artifacts
from chatapp.services.events import LostTurn, append_events
from chatapp.services.idempotency import answer_once
from chatapp.services.sessions import create_session
from chatapp.services.turns import claim_turn, expire_leases, finish_turn, request_cancel
from chatapp.services.users import create_sign_in_link, use_sign_in_link
from tests.factories import make_artifact, make_session, send
from tests.security.world import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def session(transactional_db, alice, agent):
    return make_session(owner=alice, agent=agent)


def at_once(*works):
    """Begin them all at the same moment; what each gave, or how it failed."""
    everybody = threading.Barrier(len(works))

    def run(work):
        everybody.wait(timeout=20)
        try:
            return work()
        except (ChatappError, LostTurn) as exc:
            return exc
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as pool:
        return [future.result(timeout=60) for future in [pool.submit(run, w) for w in works]]


def times(count, work):
    return at_once(*[work] * count)


def assert_whole(session):
    """Seqs from 1 without a hole, and no more than one turn running."""
    seqs = list(Event.objects.filter(session=session).order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, len(seqs) + 1))
    assert Session.objects.get(pk=session.pk).last_seq == len(seqs)
    assert session.turns.filter(status=Turn.Status.RUNNING).count() <= 1


def test_the_same_message_sent_by_many_hands_is_one(session):
    for group in range(12):
        given = times(4, lambda group=group: send(session, "Hi", client_id=f"c{group}"))

        assert len({one.turn.pk for one in given}) == 1
        assert sum(one.created for one in given) == 1
    assert session.turns.count() == 12
    assert_whole(session)


def test_the_same_id_with_another_text_is_a_conflict_for_all_but_one(session):
    texts = [f"text {n}" for n in range(4)]

    given = at_once(*(lambda t=t: send(session, t, client_id="same") for t in texts))

    assert sum(isinstance(one, Conflict) for one in given) == 3
    assert session.turns.count() == 1


def test_different_messages_at_once_are_all_kept_in_one_order(session):
    given = at_once(*(lambda n=n: send(session, f"{n}", client_id=f"c{n}") for n in range(8)))

    assert all(one.created for one in given)
    assert session.turns.count() == 8
    assert session.turns.exclude(input_seq=None).count() == 1
    assert_whole(session)


def test_every_turn_is_claimed_by_one_runner(alice, agent):
    turns = [send(make_session(owner=alice, agent=agent)).turn.pk for _ in range(60)]

    def claim_all(runner):
        return [c.turn.pk for pk in turns if (c := claim_turn(turn_id=pk, runner=runner))]

    given = at_once(*(lambda n=n: claim_all(f"runner {n}") for n in range(6)))

    claimed = [pk for one in given for pk in one]
    assert sorted(claimed) == sorted(turns)
    assert set(Turn.objects.values_list("attempt", flat=True)) == {1}


def test_a_turn_ends_once(session):
    claim = claim_turn(turn_id=send(session).turn.pk, runner="r")

    def finish():
        finish_turn(claim=claim, status="completed", bodies=[AgentOutput(content="Done.")])

    given = times(4, finish)

    assert sum(isinstance(one, LostTurn) for one in given) == 3
    assert session.events.filter(type="agent_output").count() == 1
    assert_whole(session)


def test_who_was_waiting_while_the_turn_was_taken_over_writes_nothing(session):
    """A runner believed dead waits for the session's row, which the new owner holds."""
    turn = send(session).turn
    late = claim_turn(turn_id=turn.pk, runner="late")
    expire_leases(turn_ids=[turn.pk])
    taken = threading.Event()

    def take_over():
        with transaction.atomic():
            claim_turn(turn_id=turn.pk, runner="new")
            taken.set()
            time.sleep(0.5)

    def write():
        taken.wait(timeout=20)
        append_events(session=session, bodies=[AgentOutput(content="Late.")], fence=late.fence)

    assert isinstance(at_once(take_over, write)[1], LostTurn)
    assert not session.events.filter(type="agent_output").exists()
    assert_whole(session)


def test_the_next_turn_is_not_begun_before_the_last_is_over(session):
    first, second = send(session, "one").turn, send(session, "two").turn

    given = at_once(
        lambda: claim_turn(turn_id=second.pk, runner="a"),
        lambda: claim_turn(turn_id=first.pk, runner="b"),
    )

    assert given[0] is None
    assert given[1].turn.pk == first.pk
    assert_whole(session)


def test_a_stop_and_an_end_at_once_leave_one_end(session, alice):
    claim = claim_turn(turn_id=send(session).turn.pk, runner="r")

    at_once(
        lambda: request_cancel(session=session, actor=alice),
        lambda: finish_turn(claim=claim, status="completed"),
    )

    assert Turn.objects.get().status == Turn.Status.COMPLETED
    assert_whole(session)


def test_a_sign_in_link_opens_for_one(alice):
    token = create_sign_in_link(username="alice")

    given = times(8, lambda: use_sign_in_link(token=token))

    assert sum(isinstance(one, NotFound) for one in given) == 7


def test_a_sign_in_link_opens_not_after_its_time(alice):
    token = create_sign_in_link(username="alice")
    SignInLink.objects.update(expires_at="2020-01-01T00:00Z")

    with pytest.raises(NotFound):
        use_sign_in_link(token=token)


def test_an_idempotency_key_does_its_work_once(alice, agent):
    def work():
        return create_session(agent=agent, owner=alice).key

    given = times(6, lambda: answer_once(owner=alice, key="k", fingerprint="f", work=work))

    assert len({body for body, _ in given}) == 1
    assert Session.objects.count() == 1


def test_the_first_message_sent_twice_starts_one_session(alice, agent):
    clients = [signed_in(alice) for _ in range(4)]
    form = {"content": "Hello", "client_id": "the-form", "agent": agent.key}

    given = at_once(*(lambda c=c: c.post(reverse("new-session"), form) for c in clients))

    assert {one.status_code for one in given} == {302}
    assert len({one.url for one in given}) == 1
    assert Session.objects.count() == Turn.objects.count() == 1


def test_a_file_sent_twice_is_one(session):
    given = times(
        4, lambda: make_artifact(session, "a.txt", b"Once", client_id="same", created_by="user")
    )

    assert len({one.key for one in given}) == 1
    assert Artifact.objects.count() == 1


def test_files_are_announced_once(session):
    for n in range(6):
        make_artifact(session, f"{n}.txt", b"text")

    times(4, lambda: announce_artifacts(session=session))

    [event] = session.events.all()
    assert len(event.body["artifacts"]) == 6
    assert_whole(session)
