"""The short way to the API: the same headers and refusals as on the long one."""

import pytest
from django.test import AsyncClient

from chatapp.api.threads import threads

pytestmark = pytest.mark.django_db(transaction=True)
# Both middlewares and pages set these; `X-Request-Id` is another for each request.
HEADERS = (
    *("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "X-Frame-Options"),
    *("Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy", "Cache-Control"),
)


@pytest.fixture
async def client():
    yield AsyncClient()
    await threads.close()


async def test_answers_of_the_api_have_the_headers_of_pages(client):
    answer = await client.get("/v2/agents")
    page = await client.get("/v2/docs")

    assert answer.status_code == 401
    for name in HEADERS:
        assert answer.headers[name] == page.headers[name]
    assert answer.headers["X-Request-Id"]


async def test_a_host_that_is_not_ours_is_refused(client):
    answer = await client.get("/v2/agents", headers={"host": "evil.example.com"})

    assert answer.status_code == 400


@pytest.mark.parametrize(("path", "status"), [("/v2/nope", 404), ("/v2/openapi.json", 200)])
async def test_what_is_no_operation_goes_the_long_way(client, path, status):
    assert (await client.get(path)).status_code == status
