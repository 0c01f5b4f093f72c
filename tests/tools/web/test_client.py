"""Fetching within limits: redirects, sizes, times and what is never sent along."""

import gzip

import pytest

from chatapp.errors import ToolError
from chatapp.tools.web import Ask, fetch
from chatapp.tools.web.auth import auth_headers

SECRETS = {"Authorization": "Bearer s", "Cookie": "a=b", "X-Api-Key": "k", "Accept": "text/*"}


async def code_of(ask, gate):
    with pytest.raises(ToolError) as caught:
        await fetch(ask, gate)
    return caught.value.code


async def test_a_redirect_is_followed_and_told(web):
    web.page("/", status="302 Found", location="/there?x=1")
    web.page("/there?x=1", b"There")

    answer = await fetch(Ask(web.url(host="a.example")), web.gate("a.example"))

    assert answer.text == "There"
    assert answer.url == web.url("/there?x=1", "a.example")


@pytest.mark.parametrize(
    "target",
    [
        *(
            "http://127.0.0.1:{port}/secret",
            "http://[::1]:{port}/secret",
            "//localhost:{port}/secret",
        ),
        *("http://other.example:{port}/secret", "file:///etc/passwd", "http://u@a.example/secret"),
    ],
)
async def test_a_redirect_leads_nowhere_inside(web, target):
    web.page("/", status="302 Found", location=target.format(port=web.port))
    web.page("/secret", b"secret")

    code = await code_of(Ask(web.url(host="a.example")), web.gate("a.example"))

    assert code == "blocked_address"
    assert len(web.heard) == 1


async def test_redirects_come_to_an_end(web):
    web.page("/", status="302 Found", location="/")

    assert await code_of(Ask(web.url(host="a.example")), web.gate("a.example")) == "redirects"
    assert len(web.heard) == 4


async def test_another_host_gets_no_secrets_and_no_body(web):
    web.page("/", status="307 Go", location=web.url("/b", "b.example"))
    web.page("/b", b"b")
    ask = Ask(web.url(host="a.example"), "POST", SECRETS, b"secret body")

    await fetch(ask, web.gate("a.example", "b.example"))

    first, second = (head.lower() for head in web.heard)
    assert "authorization" in first
    assert not any(name in second for name in ("authorization", "cookie", "x-api-key"))
    assert "accept: text/*" in second
    assert "content-length: 0" in second or "content-length" not in second


async def test_a_form_that_is_redirected_becomes_a_get(web):
    web.page("/", status="303 See", location="/b")
    web.page("/b", b"b")

    await fetch(Ask(web.url(host="a.example"), "POST", {}, b"x"), web.gate("a.example"))

    assert web.heard[1].startswith("GET /b")


async def test_a_long_answer_is_cut(web):
    web.page("/", b"x" * 100_000)

    answer = await fetch(Ask(web.url(host="a.example"), max_bytes=1000), web.gate("a.example"))

    assert (len(answer.data), answer.truncated) == (1000, True)


async def test_a_bomb_unfolds_no_further_than_the_limit(web):
    web.page("/", gzip.compress(b"0" * 50_000_000), content_encoding="gzip")

    answer = await fetch(Ask(web.url(host="a.example"), max_bytes=10_000), web.gate("a.example"))

    assert (len(answer.data), answer.truncated) == (10_000, True)


@pytest.mark.parametrize(
    ("path", "page", "code"),
    [
        ("/hang", b"HTTP/1.1 200 OK\r\n\r\n", "timeout"),
        ("/hang2", b"", "timeout"),
        (
            "/huge-head",
            b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 200_000 + b"\r\n\r\n",
            "fetch_failed",
        ),
        ("/garbage", b"\x00\xff nonsense", "fetch_failed"),
        ("/cut", b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nshort", "fetch_failed"),
        ("/bad-gzip", b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\nnot gzip", "fetch_failed"),
        ("/br", b"HTTP/1.1 200 OK\r\ncontent-encoding: br\r\n\r\nxx", "fetch_failed"),
        ("/chunks", b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nZZ\r\n", "fetch_failed"),
    ],
)
async def test_hostile_servers_end_in_a_named_error(web, path, page, code):
    web.pages[path] = page

    assert await code_of(Ask(web.url(path, "a.example"), seconds=1), web.gate("a.example")) == code


@pytest.mark.parametrize(
    "headers", [{"Host": "x"}, {"X": "a\r\nY: b"}, {"A B": "c"}, {"Content-Length": "1"}, {"": "x"}]
)
async def test_headers_that_would_break_the_request_are_refused(web, headers):
    ask = Ask(web.url(host="a.example"), headers=headers)

    assert await code_of(ask, web.gate("a.example")) == "invalid_arguments"
    assert web.heard == []


async def test_an_unknown_charset_does_not_matter(web):
    web.page("/", "é".encode(), content_type="text/plain; charset=klingon")

    answer = await fetch(Ask(web.url(host="a.example")), web.gate("a.example"))

    assert answer.text == "é"


async def test_a_token_is_asked_for_once(web):
    web.page("/token", b'{"access_token": "t0ken", "expires_in": 3600}')
    auth = {
        "type": "oauth_client_credentials",
        "client_id": "me",
        "client_secret": "s&c",
        "token_endpoint": web.url("/token", "auth.example"),
    }
    gate = web.gate("auth.example")

    headers = [await auth_headers(auth, gate) for _ in range(2)]

    assert headers == [{"authorization": "Bearer t0ken"}] * 2
    assert len(web.heard) == 1


@pytest.mark.parametrize(
    ("auth", "headers"),
    [
        ({}, {}),
        ({"type": "none"}, {}),
        ({"type": "bearer", "token": "t"}, {"authorization": "Bearer t"}),
        ({"type": "header", "header": "X-Key", "value": "v"}, {"X-Key": "v"}),
    ],
)
async def test_ways_to_prove_who_one_is(web, auth, headers):
    assert await auth_headers(auth, web.gate()) == headers
