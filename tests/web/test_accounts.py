"""Signing in and out, one-time links, and what a person may set for themselves."""

import re

import pytest
from django.core.cache import cache
from django.urls import reverse

from chatapp.services.users import create_sign_in_link

PASSWORD = "correct horse battery"


@pytest.fixture
def alice_with_password(alice):
    alice.set_password(PASSWORD)
    alice.save()
    return alice


@pytest.fixture(autouse=True)
def _no_attempts_so_far():
    cache.clear()


def sign_in(client, password=PASSWORD, **fields):
    return client.post(reverse("account_login"), {"login": "alice", "password": password, **fields})


def test_a_password_signs_in(client, alice_with_password):
    response = sign_in(client)

    assert response.status_code == 302
    assert response.url == "/"
    assert client.session["_auth_user_id"] == str(alice_with_password.pk)


def test_it_goes_back_to_where_one_came_from(client, alice_with_password):
    assert sign_in(client, next="/s/ase_1").url == "/s/ase_1"


def test_it_goes_nowhere_else(client, alice_with_password):
    assert sign_in(client, next="https://evil.example/").url == "/"


def test_a_wrong_password_and_an_unknown_name_answer_alike(client, alice_with_password):
    wrong = sign_in(client, password="wrong").content.decode()
    unknown = sign_in(client, password="wrong", login="nobody").content.decode()

    assert "not correct" in wrong
    assert _told(wrong) == _told(unknown)


def _told(page: str) -> str:
    return re.sub(r'value="[^"]*"|data-request-id="[^"]*"|"X-CSRFToken": "[^"]*"', "", page)


def test_guessing_ends_after_five_tries(client, alice_with_password):
    for _ in range(5):
        sign_in(client, password="wrong")

    response = sign_in(client)

    assert "_auth_user_id" not in client.session
    assert "Too many" in response.content.decode()


def test_nobody_creates_an_account_unless_allowed(client, db):
    response = client.get(reverse("account_signup"))

    assert b"password1" not in response.content


def test_the_login_page_says_how_to_get_in_without_mail(client, db):
    page = client.get(reverse("account_login")).content.decode()

    assert "An administrator can give you a sign-in link." in page
    assert reverse("account_reset_password") not in page


def test_signing_out_takes_a_button(client, alice):
    client.force_login(alice)

    assert client.get(reverse("account_logout")).status_code == 200
    assert "_auth_user_id" in client.session
    client.post(reverse("account_logout"))
    assert "_auth_user_id" not in client.session


def test_a_link_shows_a_button_and_is_not_used_up_by_looking(client, alice):
    url = reverse("login-link", args=[create_sign_in_link(username="alice")])

    for _ in range(2):
        page = client.get(url)
        assert page.status_code == 200
        assert "_auth_user_id" not in client.session

    assert client.post(url).status_code == 302
    assert client.session["_auth_user_id"] == str(alice.pk)


def test_a_link_works_once(client, alice):
    url = reverse("login-link", args=[create_sign_in_link(username="alice")])
    client.post(url)
    client.logout()

    assert client.post(url).status_code == 404
    assert "_auth_user_id" not in client.session


def test_a_link_of_somebody_who_was_deactivated_is_dead(client, alice):
    url = reverse("login-link", args=[create_sign_in_link(username="alice")])
    alice.is_active = False
    alice.save()

    assert client.post(url).status_code == 404


def test_preferences_are_kept(client, alice):
    client.force_login(alice)
    chosen = {"theme": "dark", "text_size": "large", "enter": "newline", "single_keys": "off"}

    response = client.post(reverse("settings"), chosen, follow=True)

    alice.refresh_from_db()
    assert alice.preferences == chosen
    assert 'data-theme="dark"' in response.content.decode()


def test_a_choice_that_is_none_is_refused(client, alice):
    client.force_login(alice)

    response = client.post(reverse("settings"), {"theme": "<script>", "text_size": "medium"})

    alice.refresh_from_db()
    assert response.status_code == 422
    assert alice.preferences == {}


def test_strangers_have_no_settings(client, db):
    assert client.get(reverse("settings")).url.startswith(reverse("account_login"))


@pytest.mark.parametrize(
    "name",
    ["account_change_password", "account_set_password", "mfa_index", "account_email", "settings"],
)
def test_pages_of_ones_own_account_stand_in_our_layout(client, alice, name):
    client.force_login(alice)

    response = client.get(reverse(name), follow=True)

    assert response.status_code == 200
    assert b"css/base.css" in response.content


@pytest.mark.parametrize("name", ["account_login", "account_signup", "account_reset_password"])
def test_pages_at_the_entrance_stand_in_our_layout(client, db, name):
    response = client.get(reverse(name))

    assert response.status_code == 200
    assert b"lonely" in response.content
