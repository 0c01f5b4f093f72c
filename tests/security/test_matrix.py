"""Each door, tried by each kind of person (R1, G9): who may not come in learns nothing and
changes nothing. The table is in `doors.py`; a new route without a row there fails here."""

import logging
import re
from pathlib import Path

import pytest
from asgiref.sync import sync_to_async
from django.core.cache import cache

from chatapp.api.threads import threads
from chatapp.bus import bus
from chatapp.live import reading, routing
from chatapp.services.api_keys import set_key_enabled
from chatapp.services.users import create_api_key
from chatapp.tools.base import Tool
from tests.factories import make_session
from tests.security import world
from tests.security.doors import METHODS, SOCKETS, TOOLS, Who, doors, unknown_doors
from tests.security.headers import faults

DOORS = doors()
PAGES = [door for door in DOORS if door.who is not Who.KEY and not door.route.startswith("oauth")]
API = [door for door in DOORS if door.who is Who.KEY]
OWNERS = [door for door in PAGES if door.who in (Who.OWNER, Who.OWNER_OR_REVIEWER)]
HTMX = ({}, {"HX-Request": "true"}, {"X-Requested-With": "fetch"})
SIGN_IN = ("/accounts/login/", "/accounts/reauthenticate/", "/admin/")
# Answers with nothing, rather than with a refusal, so that a list can drop the row.
SILENT = {"session-row"}


@pytest.fixture(autouse=True)
def _on_this_thread(monkeypatch, db):
    """All database work in the test's own transaction, and no count from test to test."""

    async def run(work, *args, **kwargs):
        return await sync_to_async(work, thread_sensitive=True)(*args, **kwargs)

    async def no_draft(session_id):
        return None

    monkeypatch.setattr(threads, "run", run)
    monkeypatch.setattr(reading.database, "run", run)
    monkeypatch.setattr(bus, "draft", no_draft)
    cache.clear()


@pytest.fixture
def things(session):
    return world.alices_things(session)


@pytest.fixture
def blobs(settings):
    return Path(settings.STORAGES["default"]["OPTIONS"]["location"])


class Trial:
    """Knocks at doors and keeps a list of what was wrong; the world must stay as it is."""

    def __init__(self, blobs):
        self.blobs, self.wrong, self.count = blobs, [], 0
        self.before = world.state(blobs)

    def knock(self, client, method, path, **headers):
        self.count += 1
        if self.count % 50 == 0:
            cache.clear()
        response = client.generic(
            method, path, b"" if method == "GET" else b"{}", self.type_of(path, method), **headers
        )
        self.wrong += [f"{method} {path}: {fault}" for fault in faults(response)]
        return response

    @staticmethod
    def type_of(path, method):
        if path.startswith(("/v2", "/oauth")):
            return "application/json"
        return "application/x-www-form-urlencoded"

    def expect(self, holds, what):
        if not holds:
            self.wrong.append(what)

    def over(self):
        after = world.state(self.blobs)
        changed = [name for name, digest in self.before.items() if after[name] != digest]
        assert (self.wrong, changed) == ([], [])


@pytest.fixture
def trial(things, blobs):
    logging.disable()
    trial = Trial(blobs)
    yield trial
    logging.disable(logging.NOTSET)
    trial.over()


def test_every_route_has_a_row():
    assert unknown_doors() == []


def test_every_socket_has_a_row():
    routes = routing.websocket_app.app.routes
    assert {str(route.pattern) for route in routes} == set(SOCKETS)


def test_every_tool_has_a_row():
    ours = {name for name in Tool.registry if not name.startswith("tests_")}
    assert ours - set(TOOLS) == set()


@pytest.mark.parametrize("headers", HTMX, ids=["plain", "htmx", "fetch"])
def test_nobody_comes_in_without_signing_in(client, trial, things, headers):
    client.raise_request_exception = False
    for door in PAGES:
        if door.who is Who.ANYBODY:
            continue
        for method in door.methods:
            path = door.path(things)
            response = trial.knock(client, method, path, headers=headers)
            leads_to = response.headers.get("Location", "")
            to_login = response.status_code == 302 and leads_to.startswith(SIGN_IN)
            trial.expect(to_login or response.status_code == 401, f"{method} {path}: open")


def test_somebody_put_out_comes_in_nowhere(trial, things, alice):
    """With the cookie of a login from before."""
    client = world.signed_in(alice)
    alice.is_active = False
    alice.save()
    trial.before = world.state(trial.blobs)
    for door in PAGES:
        if door.who is Who.ANYBODY:
            continue
        for method in door.methods:
            response = trial.knock(client, method, door.path(things))
            closed = response.status_code in (302, 401)
            trial.expect(closed, f"{method} {door.route}: {response.status_code}")


@pytest.mark.parametrize("headers", HTMX, ids=["plain", "htmx", "fetch"])
@pytest.mark.parametrize("person", ["bob", "rita", "ada"])
def test_what_is_anothers_answers_as_what_never_was(trial, things, request, person, headers):
    user = request.getfixturevalue(person)
    client = world.signed_in(user)
    trial.before = world.state(trial.blobs)
    absent = world.nothing_at_all(things)
    for door in OWNERS:
        if door.who is Who.OWNER_OR_REVIEWER and user.is_reviewer:
            continue
        for method in door.methods:
            theirs = trial.knock(client, method, door.path(things), headers=headers)
            nothing = trial.knock(client, method, door.path(absent), headers=headers)
            refused = theirs.status_code == 404 or door.name in SILENT
            same = world.without_ids(theirs, things, absent) == world.without_ids(
                nothing, things, absent
            )
            trial.expect(refused, f"{method} {door.route}: {theirs.status_code}")
            trial.expect(same, f"{method} {door.route}: differs from what never was")


def test_a_part_of_ones_own_session_opens_no_part_of_anothers(trial, things, bob, agent):
    """Bob's session, with Alice's artifact, event or turn in the address."""
    own = make_session(owner=bob, agent=agent)
    client = world.signed_in(bob)
    trial.before = world.state(trial.blobs)
    mixed = {**things, "key": own.key, "session_key": own.key}
    absent = {**world.nothing_at_all(things), "key": own.key, "session_key": own.key}
    for door in OWNERS:
        if len(door.parameters) < 2:
            continue
        for method in door.methods:
            theirs = trial.knock(client, method, door.path(mixed))
            nothing = trial.knock(client, method, door.path(absent))
            trial.expect(theirs.status_code in (400, 404, 409), f"{method} {door.route}: open")
            same = world.without_ids(theirs, mixed, absent) == world.without_ids(
                nothing, mixed, absent
            )
            trial.expect(same, f"{method} {door.route}: differs from what never was")


@pytest.mark.parametrize("person", ["alice", "bob", "rita"])
def test_the_administration_is_the_administrators(trial, things, request, person):
    user = request.getfixturevalue(person)
    client = world.signed_in(user)
    trial.before = world.state(trial.blobs)
    for door in PAGES:
        if door.who is not Who.ADMIN:
            continue
        for method in door.methods:
            response = trial.knock(client, method, door.path(things))
            closed = response.status_code in (302, 403, 404)
            trial.expect(closed, f"{method} {door.route}: {response.status_code}")


@pytest.mark.parametrize("person", ["alice", "bob"])
def test_the_review_desk_is_the_reviewers(trial, things, request, person):
    client = world.signed_in(request.getfixturevalue(person))
    trial.before = world.state(trial.blobs)
    for door in PAGES:
        if door.who is Who.REVIEWER:
            response = trial.knock(client, "GET", door.path(things))
            trial.expect(response.status_code == 404, f"{door.route}: open")


def test_a_form_without_its_token_does_nothing(trial, things, ada, alice):
    theirs, hers = [world.signed_in(user, enforce_csrf_checks=True) for user in (ada, alice)]
    trial.before = world.state(trial.blobs)
    for door in PAGES:
        client = theirs if door.who in (Who.ADMIN, Who.REVIEWER) else hers
        for method in set(door.methods) - {"GET"}:
            response = trial.knock(client, method, door.path(things))
            trial.expect(response.status_code == 403, f"{door.route}: {response.status_code}")


def test_a_form_takes_no_other_method(trial, things, alice):
    client = world.signed_in(alice)
    trial.before = world.state(trial.blobs)
    for door in PAGES:
        if door.who is Who.ADMIN:
            continue
        for method in set(METHODS) - set(door.methods):
            trial.knock(client, method, door.path(things))
        if "GET" not in door.methods:
            trial.knock(client, "GET", door.path(things))


def test_looking_changes_nothing(trial, things, alice, rita, ada):
    """Every GET, by whoever may; and it does let them in."""
    people = {Who.ADMIN: ada, Who.REVIEWER: rita, Who.TOKEN: ada}
    clients = {who: world.signed_in(user) for who, user in people.items()}
    hers = world.signed_in(alice)
    trial.before = world.state(trial.blobs)
    for door in PAGES:
        if "GET" not in door.methods:
            continue
        client = clients.get(door.who, hers)
        response = trial.knock(client, "GET", door.path(things))
        if door.who in (Who.OWNER, Who.OWNER_OR_REVIEWER, Who.REVIEWER, Who.TOKEN):
            own = response.status_code in (200, 400)
            trial.expect(own, f"{door.route}: closed to its owner: {response.status_code}")


# The REST API


def keyed(secret):
    return {"x-api-key": secret}


@pytest.mark.parametrize("key", ["none", "revoked", "of somebody put out", "a cookie"])
def test_nothing_of_the_api_opens_without_a_key(client, trial, things, alice, key):
    client.raise_request_exception = False
    row, secret = create_api_key(owner=alice, name="k")
    headers = {} if key in ("none", "a cookie") else keyed(secret)
    if key == "revoked":
        set_key_enabled(key=row, enabled=False, actor=alice)
    if key == "a cookie":
        client.force_login(alice)
    if key == "of somebody put out":
        alice.is_active = False
        alice.save()
    trial.before = world.state(trial.blobs)
    for door in API:
        for method in METHODS:
            response = trial.knock(client, method, door.path(things), headers=headers)
            closed = response.status_code in (401, 404, 405)
            trial.expect(closed, f"{method} {door.route}: {response.status_code}")
            if response.status_code == 401:
                trial.expect("WWW-Authenticate" in response.headers, f"{door.route}: 401 only")


def test_what_is_anothers_is_nothing_to_the_api(client, trial, things, bob, agent):
    client.raise_request_exception = False
    _, secret = create_api_key(owner=bob, name="k")
    trial.before = world.state(trial.blobs)
    common = {"agent_key": agent.key}
    absent = {**world.nothing_at_all(things), **common}
    for door in API:
        if not door.parameters - set(common):
            continue
        for method in METHODS:
            theirs = trial.knock(client, method, door.path(things), headers=keyed(secret))
            nothing = trial.knock(client, method, door.path(absent), headers=keyed(secret))
            refused = theirs.status_code in (400, 403, 404, 405, 415)
            trial.expect(refused, f"{method} {door.route}: {theirs.status_code}")
            trial.expect(blank(theirs) == blank(nothing), f"{method} {door.route}: differs")


def blank(response):
    return re.sub(r'"(request_id|id)":"[^"]*"', "", world.without_ids(response))
