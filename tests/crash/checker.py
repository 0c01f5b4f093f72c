"""What must hold whatever was killed, read from the tables by plain SQL."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

from tests.installation import Installation

TURNS = """
SELECT t.id, s.key, t.client_id, t.status, t.reason, t.attempt, t.input_seq
FROM chatapp_turn t JOIN chatapp_session s ON s.id = t.session_id ORDER BY t.id
"""
EVENTS = """
SELECT s.key, e.seq, e.turn_id, e.type
FROM chatapp_event e JOIN chatapp_session s ON s.id = e.session_id ORDER BY s.key, e.seq
"""
SESSIONS = "SELECT key, last_seq FROM chatapp_session"
LAST_WORDS = {
    "completed": {"agent_output"},
    "failed": {"turn_failed"},
    "cancelled": {"session_interrupted"},
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the turns ended."""

    completed: int
    failed: int
    cancelled: int
    taken_over: int


def check(installation: Installation, sent: dict[str, list[str]]) -> Verdict:
    """Raises AssertionError with what was lost, doubled, torn or left open."""
    turns = [turn for turn in installation.query(TURNS) if turn["key"] in sent]
    events = [event for event in installation.query(EVENTS) if event["key"] in sent]
    _nothing_lost_or_doubled(turns, sent)
    _no_gaps(installation, events)
    _one_end_each(turns, events)
    _in_order(turns, events)
    ended = Counter(turn["status"] for turn in turns)
    return Verdict(
        completed=ended["completed"],
        failed=ended["failed"],
        cancelled=ended["cancelled"],
        taken_over=sum(turn["attempt"] > 1 for turn in turns),
    )


def _nothing_lost_or_doubled(turns: list[dict[str, Any]], sent: dict[str, list[str]]) -> None:
    for key, client_ids in sent.items():
        stored = [turn["client_id"] for turn in turns if turn["key"] == key]
        assert [one for one in stored if one in client_ids] == client_ids, f"{key}: {stored}"


def _no_gaps(installation: Installation, events: list[dict[str, Any]]) -> None:
    seqs = defaultdict(list)
    for event in events:
        seqs[event["key"]].append(event["seq"])
    for session in installation.query(SESSIONS):
        key = session["key"]
        expected = list(range(1, session["last_seq"] + 1))
        if key in seqs:
            assert seqs[key] == expected, f"{key}: {seqs[key]}"


def _one_end_each(turns: list[dict[str, Any]], events: list[dict[str, Any]]) -> None:
    types = defaultdict(list)
    for event in events:
        types[event["turn_id"]].append(event["type"])
    for turn in turns:
        said = Counter(types[turn["id"]])
        assert said["input_message"] == 1, f"{turn}: {said}"
        ends = {kind: said[kind] for kind in ("agent_output", "turn_failed", "session_interrupted")}
        assert turn["status"] in LAST_WORDS, f"{turn} is still open"
        [last] = LAST_WORDS[turn["status"]]
        assert ends[last] == 1, f"{turn}: {said}"
        others = sum(ends.values()) - 1
        # Somebody who stops an answer keeps what was said of it.
        assert others == 0 or (turn["status"] == "cancelled" and others == 1), f"{turn}: {said}"


def _in_order(turns: list[dict[str, Any]], events: list[dict[str, Any]]) -> None:
    """The events of a turn stand together, and turns in the order of their inputs."""
    order = defaultdict(list)
    for event in events:
        if not order[event["key"]] or order[event["key"]][-1] != event["turn_id"]:
            order[event["key"]].append(event["turn_id"])
    for key, turn_ids in order.items():
        assert turn_ids == sorted(set(turn_ids)), f"{key}: {turn_ids}"
