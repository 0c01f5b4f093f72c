"""Pages for what goes wrong: in our look, with the request's id, and never a riddle."""

import re

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import path

from chatapp import urls
from chatapp.errors import RateLimited
from chatapp.web import errors


def raises(error):
    def view(request):
        raise error

    return view


urlpatterns = [
    *urls.urlpatterns,
    path("broken", raises(ValueError("secret detail"))),
    path("forbidden", raises(PermissionDenied("secret detail"))),
    path("busy", raises(RateLimited("Too fast.", retry_after=7))),
]
handler400, handler403, handler404 = urls.handler400, urls.handler403, urls.handler404
handler500 = urls.handler500


@pytest.fixture
def client(db, settings):
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(
    ("url", "status", "words"),
    [
        ("/nowhere", 404, "Not found"),
        ("/forbidden", 403, "Not allowed"),
        ("/broken", 500, "Something went wrong"),
        ("/busy", 429, "Too fast."),
    ],
)
def test_an_error_has_a_page_with_the_requests_id(client, url, status, words):
    response = client.get(url, headers={"x-request-id": "req_given_by_proxy"})

    page = response.content.decode()
    assert response.status_code == status
    assert words in page
    assert "req_given_by_proxy" in page
    assert "secret detail" not in page


def test_who_is_too_fast_is_told_when_to_come_back(client):
    assert client.get("/busy").headers["Retry-After"] == "7"


def test_htmx_gets_a_fragment(client):
    page = client.get("/busy", headers={"hx-request": "true"}).content.decode()

    assert "Too fast." in page
    assert "<html" not in page


def test_a_form_without_its_token_is_told_what_to_do(db):
    client = Client(enforce_csrf_checks=True)

    response = client.post("/accounts/login/", {"login": "alice"})

    assert response.status_code == 403
    assert "Reload it and try again" in response.content.decode()


def test_a_strange_host_is_refused_with_a_page(db):
    response = Client().get("/accounts/login/", headers={"host": "evil.example"})

    assert response.status_code == 400


def test_when_the_page_itself_is_broken_a_line_must_do(client, settings, rf):
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": []}]
    request = rf.get("/")
    request.request_id = "req_1"

    response = errors.server_error(request)

    assert response.status_code == 500
    assert re.fullmatch(r"Something went wrong on our side\. \(req_1\)", response.content.decode())
