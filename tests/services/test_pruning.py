"""What is removed for good, and what only looks like it."""

import os
import time
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from chatapp.models import Artifact, Session, SignInLink
from chatapp.services.artifacts import remove_artifact
from chatapp.services.pruning import prune
from chatapp.services.sessions import delete_session
from chatapp.services.users import create_sign_in_link
from tests.factories import make_artifact, make_session


def quiet_for(session, minutes):
    moment = timezone.now() - timedelta(minutes=minutes)
    Session.objects.filter(pk=session.pk).update(last_event_at=moment)


@pytest.mark.parametrize(
    ("tti_minutes", "quiet_minutes", "removed"),
    [(30, 31, True), (30, 29, False), (0, 10_000, False), (2**53, 10_000, False)],
)
def test_a_session_goes_when_it_was_idle_for_its_time(
    alice, agent, tti_minutes, quiet_minutes, removed
):
    session = make_session(owner=alice, agent=agent, tti_minutes=tti_minutes)
    quiet_for(session, quiet_minutes)

    counts = prune()

    assert counts["idle sessions"] == int(removed)
    assert Session.objects.exists() is not removed


def test_a_running_session_is_not_idle(alice, agent):
    session = make_session(owner=alice, agent=agent, tti_minutes=1)
    quiet_for(session, 60)
    Session.objects.filter(pk=session.pk).update(state="running")

    assert prune()["idle sessions"] == 0


def test_a_deleted_session_stays_as_long_as_it_may_be_brought_back(session, settings):
    settings.RETENTION_DAYS_DELETED = 30
    delete_session(session=session)
    prune()
    assert Session.objects.exists()

    Session.objects.update(deleted_at=timezone.now() - timedelta(days=31))
    prune()
    assert not Session.objects.exists()


def test_with_a_session_go_its_bytes(session, settings, django_capture_on_commit_callbacks):
    name = make_artifact(session, "notes.txt", b"text").file.name
    delete_session(session=session)
    Session.objects.update(deleted_at=timezone.now() - timedelta(days=31))

    with django_capture_on_commit_callbacks(execute=True):
        prune()

    assert not default_storage.exists(name)


@pytest.mark.parametrize(("days", "left"), [(2, 1), (4, 0)])
def test_an_artifact_goes_at_the_end_of_its_days(session, days, left):
    make_artifact(session, "brief.txt", b"text")
    made = timezone.now() - timedelta(days=days)
    Artifact.objects.update(ttl_days=3, created_at=made)

    prune()

    assert Artifact.objects.count() == left


def test_an_artifact_with_absurdly_many_days_stays(session):
    make_artifact(session, "brief.txt", b"text")
    Artifact.objects.update(ttl_days=2_147_483_647)

    assert prune()["expired artifacts"] == 0


def test_an_artifact_its_owner_took_away_goes_later(session):
    artifact = make_artifact(session, "notes.txt", b"text")
    remove_artifact(session=session, key=artifact.key)
    prune()
    assert Artifact.objects.exists()

    Artifact.objects.update(deleted_at=timezone.now() - timedelta(days=31))
    prune()
    assert not Artifact.objects.exists()


@pytest.fixture
def orphan(db):
    name = default_storage.save("zz/art_orphan", ContentFile(b"nobody's"))
    day_before = time.time() - 25 * 60 * 60
    os.utime(default_storage.path(name), (day_before, day_before))
    return name


def test_bytes_without_a_row_go_after_a_day(orphan):
    assert prune()["orphan blobs"] == 1
    assert not default_storage.exists(orphan)


def test_young_bytes_may_still_get_their_row(db):
    name = default_storage.save("zz/art_young", ContentFile(b"on its way"))

    assert prune()["orphan blobs"] == 0
    assert default_storage.exists(name)


def test_bytes_with_a_row_stay(session):
    artifact = make_artifact(session, "notes.txt", b"text")
    old = time.time() - 1_000_000
    os.utime(artifact.file.path, (old, old))

    assert prune()["orphan blobs"] == 0
    assert default_storage.exists(artifact.file.name)


def test_links_that_have_had_their_day_go(alice):
    create_sign_in_link(username="alice")
    SignInLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    create_sign_in_link(username="alice")

    assert prune()["sign-in links"] == 1
    assert SignInLink.objects.count() == 1


def test_many_go_in_several_short_transactions(alice, agent):
    for _ in range(205):
        quiet_for(make_session(owner=alice, agent=agent, tti_minutes=1), 5)

    assert prune()["idle sessions"] == 205
    assert not Session.objects.exists()


def test_a_dry_run_counts_and_removes_nothing(alice, agent, orphan):
    quiet_for(make_session(owner=alice, agent=agent, tti_minutes=1), 5)

    counts = prune(dry_run=True)

    assert (counts["idle sessions"], counts["orphan blobs"]) == (1, 1)
    assert Session.objects.exists()
    assert default_storage.exists(orphan)
