"""Bodies that are too large are refused before they are taken, whoever sends them (T-UP-6)."""

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings as django_settings

from chatapp.services.users import create_api_key
from chatapp.web import body_limit
from chatapp.web.body_limit import BodyLimit
from tests.factories import make_user
from tests.live.conftest import cookie_of

MB = 2**20
FORMS = (
    "/",
    "/s/x/files",
    "/v2/agents/a/sessions/s/upload",
    "/v2/corpora/c/upload_file",
    "/admin/",
)


@pytest.fixture(autouse=True)
async def _close_body_threads(transactional_db):
    yield
    await body_limit._threads.close()


@pytest.fixture
def cookie(transactional_db):
    return cookie_of(make_user("alice"))


class Upload:
    """A request of so many bytes, in chunks; it counts what was taken of it."""

    def __init__(self, path, size, headers=(), *, claims=True, chunk=64 * 1024):
        self.size, self.chunk, self.taken = size, chunk, 0
        claim = [(b"content-length", str(size).encode())] if claims else []
        self.scope = {
            "type": "http",
            "method": "POST",
            "path": path,
            "headers": [*headers, *claim],
        }
        self.sent = []

    async def receive(self):
        part = min(self.chunk, self.size - self.taken)
        self.taken += part
        return {"type": "http.request", "body": b"x" * part, "more_body": self.taken < self.size}

    async def send(self, message):
        self.sent.append(message)

    async def go(self):
        await BodyLimit(takes_all)(self.scope, self.receive, self.send)
        return self.sent[0]["status"]

    @property
    def headers(self):
        return {name.decode(): value.decode() for name, value in self.sent[0]["headers"]}


async def takes_all(scope, receive, send):
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("claims", [True, False], ids=["with a length", "chunked"])
async def test_nobody_gets_to_send_much(path, claims):
    upload = Upload(path, 1024 * MB, claims=claims)

    assert await upload.go() == 413
    assert upload.taken <= 2 * MB + upload.chunk


async def test_a_made_up_cookie_or_key_is_nobodys():
    made_up = [(b"cookie", b"sessionid=abcdef0123456789"), (b"x-api-key", b"zk_made-up")]

    assert await Upload("/s/x/files", 50 * MB, made_up).go() == 413


async def test_who_is_signed_in_may_send_a_file_and_not_more(cookie):
    headers = [(b"cookie", f"sessionid={cookie}".encode())]
    most = django_settings.MAX_UPLOAD_BYTES + 2 * MB

    assert await Upload("/s/x/files", 3 * MB, headers).go() == 200
    assert await Upload("/s/x/files", most, headers, chunk=8 * MB).go() == 200
    assert await Upload("/s/x/files", most + 1, headers).go() == 413
    assert await Upload("/s/x/files", most + 1, headers, claims=False, chunk=8 * MB).go() == 413
    assert await Upload("/s/x/rename", 3 * MB, headers).go() == 413


@pytest.mark.parametrize("header", ["x-api-key: {}", "authorization: Bearer {}"])
async def test_a_key_may_send_a_file(header):
    alice = await sync_to_async(make_user)("alice")
    _, secret = await sync_to_async(create_api_key)(owner=alice, name="k")
    name, value = header.format(secret).encode().split(b": ")

    assert await Upload("/v2/agents/a/sessions/s/upload", 3 * MB, [(name, value)]).go() == 200


@pytest.mark.parametrize("claim", [b"-1", b"1e9", b"9" * 40, b"\xb2", b""])
async def test_an_odd_length_helps_nobody(claim):
    upload = Upload("/", 10 * MB, [(b"content-length", claim)], claims=False)

    assert await upload.go() == 413
    assert upload.taken <= 2 * MB + upload.chunk


async def test_a_refusal_has_the_headers_of_every_answer():
    upload = Upload("/", 10 * MB)
    await upload.go()

    assert "default-src 'none'" in upload.headers["content-security-policy"]
    assert upload.headers["x-content-type-options"] == "nosniff"
    assert upload.headers["x-request-id"].startswith("req_")
