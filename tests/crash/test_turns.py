"""The state machine of turns under attack: nothing lost, doubled or torn, one end for each turn."""

import random

from tests.crash.checker import check
from tests.crash.rig import FREEZE, RUNNING, THAW
from tests.processes import wait_until

ANSWER = "!tokens=40 rate=15"


def test_turns_outlive_the_processes_that_run_them(rig):
    rig.begin(sessions=12, turns=2, order=ANSWER)
    rig.all_run(10)

    rig.torment(2, random.Random(1))
    rig.rest()

    verdict = check(rig.installation, rig.sent)
    assert verdict.completed == 24
    assert verdict.taken_over >= 1


def test_a_drained_runner_ends_what_it_has_and_leaves_the_rest(rig):
    rig.begin(sessions=5, turns=2, order=ANSWER)
    rig.all_run(5)
    [runner] = rig.runners

    assert rig.drain(runner) == 0
    left = rig.turns("status", "attempt")
    rig.replace(runner)
    rig.rest()

    assert {(turn["status"], turn["attempt"]) for turn in left} <= {
        ("completed", 1), ("queued", 0)
    }  # fmt: skip
    assert check(rig.installation, rig.sent).completed == 10


def test_a_wish_to_stop_survives_the_death_of_the_runner(rig):
    rig.begin(sessions=3, turns=1, order="!tokens=900 rate=15")
    rig.all_run(3)
    [runner] = rig.runners
    for key in rig.sent:
        rig.uma.post(f"/s/{key}/stop")

    rig.kill(runner)
    rig.replace(runner)
    rig.rest()

    assert check(rig.installation, rig.sent).cancelled == 3


def test_a_second_runner_takes_over_and_the_frozen_one_changes_nothing(scaled):
    scaled.begin(sessions=6, turns=2, order="!tokens=60 rate=15")
    scaled.all_run(6)
    [zombie] = scaled.runners
    zombie.send(FREEZE)
    scaled.add_runner()
    taken_over = f"{RUNNING} AND attempt > 1"
    wait_until(lambda: len(scaled.installation.query(taken_over)) >= 3, 60, "a take-over")

    zombie.send(THAW)
    scaled.rest()

    verdict = check(scaled.installation, scaled.sent)
    assert verdict.completed == 12
    assert verdict.taken_over == 6


def test_two_runners_share_the_work_and_do_none_of_it_twice(scaled):
    scaled.add_runner()
    scaled.begin(sessions=12, turns=2, order="!tokens=10 rate=50")
    scaled.rest()

    verdict = check(scaled.installation, scaled.sent)
    runners = {turn["runner"] for turn in scaled.turns("runner")}
    assert (verdict.completed, verdict.taken_over) == (24, 0)
    assert len(runners) == 2
