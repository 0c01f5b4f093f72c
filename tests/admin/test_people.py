"""People and their keys in the admin."""

import pytest
from django.urls import reverse

from chatapp.models import ApiKey, AuditEntry, Session, User
from chatapp.services.users import create_api_key
from tests.factories import make_session


@pytest.fixture
def desk(client, ada):
    client.force_login(ada)
    return client


def page_of(row, name="change"):
    return reverse(f"admin:chatapp_{row._meta.model_name}_{name}", args=[row.pk])


def fields_of(user, **fields):
    names = ("username", "first_name", "last_name", "email", "description")
    known = {name: getattr(user, name) for name in names}
    return {**known, "role": user.role, "is_active": "on", **fields}


def test_a_role_is_given_through_its_service(desk, ada, alice):
    desk.post(page_of(alice), fields_of(alice, role="reviewer"))

    alice = User.objects.get(pk=alice.pk)
    assert alice.role == "reviewer"
    assert alice.rights_version > 0
    assert AuditEntry.objects.get(action="user.update").actor == ada


def test_who_is_switched_off_is_out_at_once(desk, alice):
    before = alice.rights_version

    desk.post(page_of(alice), fields_of(alice, is_active=""))

    alice.refresh_from_db()
    assert not alice.is_active
    assert alice.rights_version > before


def test_nobody_takes_their_own_rights_away(desk, ada):
    desk.post(page_of(ada), fields_of(ada, role="user"))
    desk.post(page_of(ada), fields_of(ada, is_active=""))
    desk.post(page_of(ada, "delete"), {"post": "yes"})

    ada = User.objects.get(pk=ada.pk)
    assert ada.is_admin


def test_a_person_is_added_without_a_password(desk):
    fields = {"username": "carol", "role": "reviewer", "is_active": "on", "email": "c@example.com"}

    desk.post(reverse("admin:chatapp_user_add"), fields)

    carol = User.objects.get(username="carol")
    assert carol.role == "reviewer"
    assert not carol.has_usable_password()


def test_a_name_that_is_taken_is_refused(desk, alice):
    fields = {"username": "alice", "role": "user", "is_active": "on"}

    response = desk.post(reverse("admin:chatapp_user_add"), fields)

    assert "already exists" in response.content.decode()


def test_deleting_a_person_deletes_their_sessions(desk, alice, agent):
    make_session(owner=alice, agent=agent)

    desk.post(page_of(alice, "delete"), {"post": "yes"})

    assert not User.objects.filter(username="alice").exists()
    assert not Session.objects.exists()


def test_a_sign_in_link_is_shown_once(desk, alice):
    url = reverse("admin:chatapp_user_sign_in_link", args=[alice.pk])

    page = desk.post(url, follow=True).content.decode()

    assert "/login/link/" in page
    assert "/login/link/" not in desk.get(page_of(alice)).content.decode()
    assert alice.sign_in_links.count() == 1


def test_looking_makes_no_link(desk, alice):
    desk.get(reverse("admin:chatapp_user_sign_in_link", args=[alice.pk]))

    assert not alice.sign_in_links.exists()


def test_passwords_are_nowhere_on_the_page(desk, alice):
    alice.set_password("correct horse")
    alice.save()

    assert alice.password not in desk.get(page_of(alice)).content.decode()


# API keys


def test_a_key_is_shown_once(desk, alice):
    fields = {"owner": alice.pk, "name": "script", "role": "personal", "corpus_keys": "[]"}

    page = desk.post(reverse("admin:chatapp_apikey_add"), fields, follow=True).content.decode()

    key = ApiKey.objects.get()
    secret = next(
        word for word in page.replace("<", " ").replace(">", " ").split() if "zk_" in word
    )
    assert ApiKey.objects.usable(secret) == key
    assert secret not in desk.get(page_of(key)).content.decode()


def test_a_key_is_revoked(desk, alice):
    key, secret = create_api_key(owner=alice, name="script")

    desk.post(page_of(key), {"enabled": ""})

    assert ApiKey.objects.usable(secret) is None
    assert AuditEntry.objects.filter(action="api_key.disable").exists()


def test_whose_key_it_is_cannot_be_changed(desk, alice, bob):
    key, _ = create_api_key(owner=alice, name="script")

    desk.post(page_of(key), {"owner": bob.pk, "enabled": "on"})

    key.refresh_from_db()
    assert key.owner == alice


def test_a_key_is_deleted_and_that_is_noted(desk, alice):
    key, _ = create_api_key(owner=alice, name="script")

    desk.post(page_of(key, "delete"), {"post": "yes"})

    assert not ApiKey.objects.exists()
    assert AuditEntry.objects.filter(action="api_key.delete").exists()
