"""The small commands: what they print is what one copies."""

import re
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from chatapp.models import Agent, ApiKey, Session, SignInLink, User
from chatapp.services.users import use_sign_in_link


def run(name, *arguments):
    out = StringIO()
    call_command(name, *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def test_a_sign_in_link_is_all_that_is_printed(alice):
    [line] = run("signinlink", "alice").splitlines()

    token = re.fullmatch(r"http://127\.0\.0\.1:8000/login/link/([\w-]{43})", line)[1]
    assert use_sign_in_link(token=token) == alice


def test_a_sign_in_link_leads_where_people_come_from(alice):
    line = run("signinlink", "alice", "--url", "https://chat.example/")

    assert line.startswith("https://chat.example/login/link/")


def test_a_sign_in_link_leads_to_where_serve_listened_last(alice):
    (settings.DATA_DIR / "address").write_text("http://127.0.0.1:8123")

    assert run("signinlink", "alice").startswith("http://127.0.0.1:8123/login/link/")


@pytest.mark.parametrize("command", ["signinlink", "createapikey"])
def test_nobody_is_told_by_name(db, command):
    with pytest.raises(CommandError, match="There is no active user 'nobody'"):
        run(command, "nobody")


def test_a_deactivated_user_gets_no_link(alice):
    alice.is_active = False
    alice.save()

    with pytest.raises(CommandError):
        run("signinlink", "alice")
    assert not SignInLink.objects.exists()


@pytest.mark.parametrize("role", [None, *ApiKey.Role.values])
def test_an_api_key_is_all_that_is_printed(alice, role):
    options = ["--role", role] if role else []

    secret = run("createapikey", "alice", *options).strip()

    key = ApiKey.objects.usable(secret)
    assert key.owner == alice
    assert key.role == (role or "personal")


def test_a_role_that_is_none_is_refused(alice):
    with pytest.raises(CommandError, match="invalid choice"):
        run("createapikey", "alice", "--role", "king")


def test_a_user_is_added_with_a_link(db):
    line = run("createuser", "carol", "--role", "reviewer", "--name", "Carol Jones")

    carol = User.objects.get(username="carol")
    assert carol.display_name == "Carol Jones"
    assert carol.role == "reviewer"
    assert "/login/link/" in line


def test_a_user_is_added_once(alice):
    with pytest.raises(CommandError, match="already"):
        run("createuser", "alice")


def test_the_demo_may_be_made_twice(db):
    run("createdemo")
    before = (User.objects.count(), Agent.objects.count(), Session.objects.count())

    run("createdemo")

    assert (User.objects.count(), Agent.objects.count(), Session.objects.count()) == before


def test_turns_are_not_run_apart_unless_that_is_set(db):
    with pytest.raises(CommandError, match="CHATAPP_TURN_RUNNER=worker"):
        run("runturns")


def test_prune_prints_counts(db):
    lines = run("prune", "--dry-run").splitlines()

    assert lines[0] == "0 idle sessions would be removed"
    assert all(line.endswith(" would be removed") for line in lines)
