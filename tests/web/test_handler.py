"""Which requests run in a thread of ours, and that nothing of one is left for the next."""

import asyncio
import threading

import pytest
from asgiref.testing import ApplicationCommunicator
from django.http import HttpResponse
from django.test import override_settings
from django.urls import path

from chatapp.web.handler import Handler, is_async

# Django's test client brings back receivers of signals that look at connections.
pytestmark = pytest.mark.django_db
seen: list[str] = []


def in_thread(request):
    seen.append(threading.current_thread().name)
    return HttpResponse("in a thread")


async def on_loop(request):
    seen.append(threading.current_thread().name)
    await asyncio.sleep(0)
    return HttpResponse("on the loop")


urlpatterns = [path("thread", in_thread), path("loop", on_loop)]


async def get(handler: Handler, path: str) -> tuple[int, bytes]:
    scope = {"type": "http", "method": "GET", "path": path, "headers": [], "query_string": b""}
    browser = ApplicationCommunicator(handler, scope)
    await browser.send_input({"type": "http.request"})
    start = await browser.receive_output(timeout=10)
    body = await browser.receive_output(timeout=10)
    await browser.wait()
    return start["status"], body["body"]


@pytest.fixture
def handler(settings) -> Handler:
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = ["chatapp.web.middleware.RequestIdMiddleware"]
    settings.ALLOWED_HOSTS = ["*"]
    seen.clear()
    return Handler()


async def test_a_plain_view_runs_in_one_of_our_threads(handler):
    answers = [await get(handler, "/thread") for _ in range(3)]

    assert answers == [(200, b"in a thread")] * 3
    assert all(name.startswith("web") for name in seen)


async def test_an_async_view_runs_on_the_loop(handler):
    assert await get(handler, "/loop") == (200, b"on the loop")
    assert seen == [threading.current_thread().name]


@override_settings(DEBUG=False)
async def test_what_is_not_there_is_not_found(handler):
    status, _ = await get(handler, "/nowhere")

    assert status == 404


@pytest.mark.parametrize("path", ["/v2/agents", "/v2/query", "/s/key/events", "/healthz"])
def test_the_api_and_whoever_waits_stay_on_the_loop(path):
    assert is_async(path)


@pytest.mark.parametrize("path", ["/", "/s/key", "/s/key/messages", "/sidebar"])
def test_pages_run_in_threads(path):
    assert not is_async(path)
