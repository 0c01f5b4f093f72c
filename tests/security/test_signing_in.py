"""Signing in under attack: guessing, redirects, foreign hosts, stolen and shared cookies."""

from urllib.parse import urljoin, urlsplit

import pytest
from django.core.cache import cache
from django.urls import reverse

from chatapp.live.origin import is_allowed
from chatapp.services.users import create_sign_in_link
from tests.factories import make_user
from tests.security import world

PASSWORD = "a password, and a long one"
ELSEWHERE = [
    "https://evil.example/",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "http:evil.example",
    "http:///evil.example",
    "javascript:alert(1)",
    "https:evil.example",
    " //evil.example",
    "\t//evil.example",
    "/\t/evil.example",
    "//evil.example\\@testserver",
    "//testserver@evil.example",
    "https://testserver.evil.example/",
    "http://testserver:80@evil.example/",
    "data:text/html,x",
    "%2F%2Fevil.example",
    "//%65vil.example",
    "ftp://testserver/",
]


@pytest.fixture(autouse=True)
def _no_attempts(db):
    cache.clear()


@pytest.fixture
def alice(alice):
    alice.set_password(PASSWORD)
    alice.save()
    return alice


def sign_in(client, login="alice", password=PASSWORD, address="10.0.0.1", **query):
    return client.post(
        reverse("account_login"),
        {"login": login, "password": password, **query},
        REMOTE_ADDR=address,
    )


@pytest.mark.parametrize("target", ELSEWHERE)
def test_one_comes_in_here_and_nowhere_else(client, alice, target):
    assert_here(sign_in(client, next=target))
    assert_here(client.get(reverse("account_login"), {"next": target}))
    assert_here(client.post(reverse("account_logout"), {"next": target}))


def assert_here(answer):
    assert answer.status_code in (200, 302)
    where = answer.headers.get("Location", "/")
    # Browsers take a backslash for a slash, and leave tabs out.
    meant = urljoin("http://testserver/accounts/login/", where.replace("\\", "/"))
    assert urlsplit(meant.replace("\t", "")).netloc == "testserver"


@pytest.mark.parametrize(
    "host", ["evil.example", "testserver.evil.example", "testserver@evil", "["]
)
@pytest.mark.parametrize(
    "path", ["/accounts/login/", "/accounts/password/reset/", "/v2/agents", "/"]
)
def test_another_host_is_refused(client, host, path):
    client.raise_request_exception = False
    assert client.get(path, headers={"Host": host}).status_code == 400


def test_a_forwarded_host_is_not_believed(client, ada, alice):
    answer = world.signed_in(ada).post(
        reverse("admin:chatapp_user_sign_in_link", args=[alice.pk]),
        headers={"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"},
        follow=True,
    )
    assert "evil.example" not in answer.content.decode()
    assert "http://testserver/login/link/" in answer.content.decode()


# Guessing


def test_one_account_is_not_guessed_from_many_places(client, alice):
    answers = [
        sign_in(client, password=f"wrong {n}", address=f"10.0.0.{n}").status_code for n in range(11)
    ]

    assert answers[-1] == 429 or "Too many" in str(sign_in(client, address="10.0.0.99").content)
    assert "_auth_user_id" not in client.session
    late = sign_in(client, address="10.0.1.1")
    assert late.status_code != 302
    assert "_auth_user_id" not in client.session


def test_many_accounts_are_not_tried_from_one_place(client, alice):
    for n in range(31):
        make_user(f"user{n}")
    answers = [
        client.post(
            reverse("account_login"),
            {"login": f"user{n}", "password": "wrong"},
            headers={"X-Forwarded-For": f"10.0.0.{n}", "X-Real-IP": f"10.0.0.{n}"},
        )
        for n in range(31)
    ]

    assert answers[-1].status_code == 429


def test_a_locked_account_still_opens_by_link(client, alice):
    """So that nobody can lock somebody out for good."""
    for _ in range(8):
        sign_in(client, password="wrong")
    token = create_sign_in_link(username="alice")

    assert client.post(reverse("login-link", args=[token])).status_code == 302
    assert client.session["_auth_user_id"] == str(alice.pk)


def test_the_back_door_of_the_administration_has_the_same_lock(client, ada):
    ada.set_password(PASSWORD)
    ada.save()
    answer = client.post("/admin/login/", {"username": "ada", "password": PASSWORD})

    assert answer.status_code == 302
    assert answer.url.startswith("/accounts/login/")
    assert "_auth_user_id" not in client.session


# Cookies


def test_a_cookie_from_before_is_nobodys(client, alice):
    """Fixation: what was planted before the login is worth nothing after it."""
    client.get(reverse("account_login"))
    session = client.session
    session["planted"] = True
    session.save()
    planted = session.session_key
    client.cookies["sessionid"] = planted
    sign_in(client)

    assert client.cookies["sessionid"].value != planted
    client.cookies["sessionid"] = planted
    assert client.get("/").status_code == 302


def test_one_out_is_out_and_a_new_password_puts_all_others_out(alice):
    here, there = world.signed_in(alice), world.signed_in(alice)
    kept = here.cookies["sessionid"].value
    here.post(reverse("account_logout"))
    here.cookies["sessionid"] = kept
    assert here.get("/").status_code == 302
    assert there.get("/").status_code == 200

    changing = world.signed_in(alice)
    new = "another one, and as long"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert changing.post(reverse("account_change_password"), form).status_code == 302

    assert there.get("/").status_code == 302


def test_a_cookie_is_for_the_server_alone(client, alice):
    cookie = sign_in(client).cookies["sessionid"]

    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


# Links


def test_looking_at_a_link_does_not_use_it_up(client, alice):
    url = reverse("login-link", args=[create_sign_in_link(username="alice")])
    for _ in range(3):
        assert client.get(url).status_code == 200
    assert "_auth_user_id" not in client.session

    assert client.post(url).status_code == 302
    assert client.post(url).status_code == 404


def test_a_link_of_somebody_put_out_opens_nothing(client, alice):
    url = reverse("login-link", args=[create_sign_in_link(username="alice")])
    alice.is_active = False
    alice.save()

    assert client.post(url).status_code == 404


def test_a_link_is_not_used_by_another_sites_form(alice):
    client = world.Client(enforce_csrf_checks=True)
    url = reverse("login-link", args=[create_sign_in_link(username="alice")])

    assert client.post(url).status_code == 403


# Sockets


@pytest.mark.parametrize(
    ("origin", "host", "allowed"),
    [
        ("http://testserver", "testserver", True),
        ("http://localhost:8000", "localhost:8000", True),
        ("https://testserver", "testserver", True),
        ("http://testserver:1", "testserver", False),
        ("http://evil.example", "testserver", False),
        ("http://evil.example", "evil.example", False),
        ("http://testserver.evil.example", "testserver", False),
        ("http://evil@testserver", "testserver", False),
        ("null", "testserver", False),
        ("", "testserver", False),
        ("http://[", "testserver", False),
        ("file://testserver", "testserver", False),
        ("http://testserver", "", False),
        ("\xff", "\xff", False),
    ],
)
def test_a_socket_is_opened_from_our_own_page(origin, host, allowed):
    headers = {b"origin": origin.encode("latin-1"), b"host": host.encode("latin-1")}

    assert is_allowed(headers) is allowed


def test_behind_tls_a_plain_page_opens_no_socket(settings):
    settings.BEHIND_TLS = True

    assert not is_allowed({b"origin": b"http://testserver", b"host": b"testserver"})
    assert is_allowed({b"origin": b"https://testserver", b"host": b"testserver"})
