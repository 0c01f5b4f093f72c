"""Files with hostile names and contents, at every door for bytes (T-UP, T-XS-6)."""

import random
from io import BytesIO
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from chatapp.models import Artifact
from chatapp.services.users import create_api_key
from tests.factories import make_artifact
from tests.knowledge import make_corpus
from tests.security import world
from tests.security.doors import Who, doors
from tests.security.names import NAMES
from tests.security.parsing import dangers

TEXT = b"Some text.\n"
HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
ACTIVE = [
    ("a.html", HTML),
    ("a.htm", HTML),
    ("a.xhtml", b'<html xmlns="http://www.w3.org/1999/xhtml"><script>1</script></html>'),
    ("a.svg", SVG),
    (
        "a.xml",
        b'<?xml version="1.0"?><x:script xmlns:x="http://www.w3.org/1999/xhtml">1</x:script>',
    ),
    ("a.js", b"alert(1)"),
    ("a.css", b"*{display:none}"),
    ("a.mhtml", b"MIME-Version: 1.0\nContent-Type: multipart/related\n\n" + HTML),
    ("a.pdf", b"%PDF-1.4\n" + HTML),
    ("a.txt", HTML),
    ("a.md", HTML),
    ("a.csv", b"=cmd|' /C calc'!A0," + HTML),
    ("a.json", b'{"a": "<script>alert(1)</script>"}'),
    ("a.gif", b"GIF89a/*" + HTML + b"*/=1"),
    ("a.png", b"\x89PNG\r\n\x1a\n" + HTML),
    ("a.hta", HTML),
    ("a", HTML),
]
CLAIMS = [
    "",
    "text/html",
    "image/svg+xml",
    "image/png",
    "application/octet-stream",
    "text/plain; x",
]


@pytest.fixture(autouse=True)
def _no_counts(on_this_thread):
    cache.clear()


@pytest.fixture
def blobs(settings):
    return Path(settings.STORAGES["default"]["OPTIONS"]["location"])


@pytest.fixture
def her(alice):
    return world.signed_in(alice)


@pytest.fixture
def keyed(alice, client):
    client.raise_request_exception = False
    headers = {"x-api-key": create_api_key(owner=alice, name="k")[1]}
    return lambda path, data: client.post(f"/v2{path}", data, headers=headers)


def file_named(name, content=TEXT, kind="text/plain"):
    file = SimpleUploadedFile("x", content, kind)
    # Django's own class would cut a path off; a browser need not.
    file._name = name
    return file


@pytest.fixture
def ways_in(her, keyed, session, alice):
    """Each door that takes a file, as a function from the file to the answer."""
    api = f"/agents/{session.agent.key}/sessions/{session.key}"
    corpus = make_corpus(owner=alice)
    return {
        "files": lambda f: her.post(reverse("artifact-upload", args=[session.key]), {"files": f}),
        "message": lambda f: her.post(
            reverse("session-send", args=[session.key]), {"files": f, "content": "Hi"}
        ),
        "start": lambda f: her.post(
            reverse("new-session"), {"files": f, "agent": session.agent.key}
        ),
        "upload": lambda f: keyed(f"{api}/upload", {"file": f}),
        "input": lambda f: keyed(f"{api}/events", {"files": f}),
        "corpus": lambda f: keyed(f"/corpora/{corpus.key}/upload_file", {"file": f}),
    }


def sample(count):
    return random.Random(3).sample(NAMES, count)


def test_a_name_is_only_a_name(ways_in, blobs, tmp_path, settings, session):
    settings.MAX_QUEUED_TURNS = 10_000
    for number, name in enumerate(sample(40)):
        cache.clear()
        # Indexing takes its time: some of the names are enough there.
        doors_now = {d: s for d, s in ways_in.items() if d != "corpus" or number % 8 == 0}
        for door, send in doors_now.items():
            answer = send(file_named(name))
            assert answer.status_code in (201, 202, 302, 400, 409, 415, 200), (door, name)

    for file in Artifact.objects.all():
        assert file.file.name == f"{file.key[-2:]}/{file.key}"
        assert "/" not in file.filename
        assert file.filename.isprintable()
        assert 0 < len(file.filename) <= 200
    stored = {path for path in tmp_path.rglob("*") if path.is_file()}
    assert stored == {blobs / file.file.name for file in Artifact.objects.all()}


def test_a_name_breaks_no_header(her, session):
    for name in NAMES:
        file = make_artifact(session, name, TEXT, created_by="user")
        Artifact.objects.filter(pk=file.pk).update(filename=name[:255].replace("\x00", ""))
        answer = her.get(reverse("artifact", args=[session.key, file.key]))

        says = answer.headers["Content-Disposition"]
        assert says.startswith("attachment; ")
        assert not {"\r", "\n", "\x00"} & set(says)
        assert says.isascii()
        assert says.count('"') == 2
        file.delete()


@pytest.mark.parametrize("claim", CLAIMS)
def test_nothing_active_is_handed_out_as_what_it_is(her, session, claim):
    for name, content in ACTIVE:
        url = reverse("artifact-upload", args=[session.key])
        sent = SimpleUploadedFile(name, content, claim)
        answer = her.post(url, {"files": sent}, headers={"X-Requested-With": "fetch"})
        assert answer.status_code in (201, 415), (name, answer.status_code)
    assert Artifact.objects.exists()
    for file in Artifact.objects.all():
        for query in ("", "?inline", "?inline=1&download"):
            answer = her.get(reverse("artifact", args=[session.key, file.key]) + query)
            assert answer.status_code in (200, 415), (file.filename, query)
            if answer.status_code == 200:
                assert_harmless(answer, file)


def assert_harmless(answer, file):
    kind = answer.headers["Content-Type"]
    assert not any(word in kind for word in ("html", "xml", "svg", "javascript", "css")), kind
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    if kind != "application/pdf":
        assert "sandbox" in policy
    if answer.headers["Content-Disposition"].startswith("inline"):
        assert kind.startswith("image/") or kind == "application/pdf"
    world.body_of(answer)


def test_a_preview_shows_and_does_not_run(her, session):
    for name, content in ACTIVE:
        file = make_artifact(session, name, content, created_by="tool", mime_type="text/html")
        answer = her.get(reverse("artifact-preview", args=[session.key, file.key]))
        assert answer.status_code == 200
        assert dangers(answer.content.decode()) == []
        assert b"<script>alert" not in answer.content


def test_what_hands_out_bytes_is_known(her, session, alice):
    """A new route that hands out somebody's bytes has to be thought about here."""
    file = make_artifact(session, "a.txt", TEXT, created_by="user")
    values = {"key": session.key, "artifact_key": file.key}
    handing_out = set()
    for door in doors():
        if door.who in (Who.OWNER, Who.OWNER_OR_REVIEWER) and "GET" in door.methods:
            answer = her.get(door.path(values))
            if "Content-Disposition" in answer.headers:
                handing_out.add(door.name)
    assert handing_out == {"artifact", "session-export"}


# Sizes and ranges


def test_an_empty_file_is_refused_from_people_and_kept_from_tools(ways_in, her, session):
    for door, send in ways_in.items():
        answer = send(file_named("a.txt", b""))
        assert answer.status_code in (400, 422), door
    made = make_artifact(session, "a.txt", b"", created_by="tool", mime_type="text/plain")
    answer = her.get(reverse("artifact", args=[session.key, made.key]))
    assert (answer.status_code, world.body_of(answer)) == (200, b"")


def test_a_file_may_be_as_large_as_the_limit_and_no_larger(ways_in, settings):
    settings.MAX_UPLOAD_BYTES = 1000
    for door in ("files", "message", "upload", "input"):
        assert ways_in[door](file_named("a.txt", b"x" * 1000)).status_code in (201, 202, 302), door
        assert ways_in[door](file_named("b.txt", b"x" * 1001)).status_code == 413, door


def test_a_session_takes_no_more_than_its_share(ways_in, settings):
    settings.SESSION_QUOTA_BYTES = 1500
    assert ways_in["files"](file_named("a.txt", b"x" * 1000)).status_code == 302
    for door in ("files", "message", "upload", "input"):
        assert ways_in[door](file_named("b.txt", b"x" * 1000)).status_code == 507, door


def test_of_several_files_all_come_in_or_none(keyed, session):
    url = f"/agents/{session.agent.key}/sessions/{session.key}/upload"
    files = [file_named("a.txt"), file_named("b.exe", b"MZ\x00\x00")]

    assert keyed(url, {"file": files}).status_code == 415
    assert not Artifact.objects.exists()


@pytest.mark.parametrize(
    ("asked", "status", "given"),
    [
        ("bytes=0-3", 206, b"0123"),
        ("bytes=5-", 206, b"56789"),
        ("bytes=-2", 206, b"89"),
        ("bytes=-99", 206, b"0123456789"),
        ("bytes=3-99", 206, b"3456789"),
        ("bytes=10-", 416, b""),
        ("bytes=-0", 416, b""),
        ("bytes=99999999999999-", 416, b""),
        ("bytes=-", 200, b"0123456789"),
        ("bytes=a-b", 200, b"0123456789"),
        ("bytes=0-1,3-4", 200, b"0123456789"),
        ("lines=0-1", 200, b"0123456789"),
        ("bytes=" + "9" * 500 + "-", 200, b"0123456789"),
    ],
)
def test_a_part_is_what_was_asked_for(her, session, asked, status, given):
    file = make_artifact(session, "a.txt", b"0123456789", created_by="user")
    url = reverse("artifact", args=[session.key, file.key])

    answer = her.get(url, headers={"Range": asked})

    assert (answer.status_code, world.body_of(answer)) == (status, given)
    if status == 206:
        assert int(answer.headers["Content-Length"]) == len(given)


def test_what_was_taken_away_is_not_even_unchanged(her, session):
    file = make_artifact(session, "a.txt", TEXT, created_by="user")
    url = reverse("artifact", args=[session.key, file.key])
    etag = her.get(url).headers["ETag"]
    assert her.get(url, headers={"If-None-Match": etag}).status_code == 304

    her.post(reverse("artifact-remove", args=[session.key, file.key]))

    for headers in ({}, {"If-None-Match": etag}, {"Range": "bytes=0-1"}, {"Range": "bytes=99-"}):
        assert her.get(url, headers=headers).status_code == 404


# Odd contents


def test_a_broken_picture_is_refused_and_not_an_error(her, session):
    dice = random.Random(11)
    out = BytesIO()
    Image.new("RGB", (20, 20), "red").save(out, "PNG")
    for _ in range(150):
        content = bytearray(out.getvalue())
        for _ in range(dice.choice([1, 3, 9])):
            content[dice.randrange(8, len(content))] = dice.randrange(256)
        file = make_artifact(
            session, "a.png", bytes(content), created_by="tool", mime_type="image/png"
        )
        answer = her.get(reverse("artifact", args=[session.key, file.key]) + "?inline")
        assert answer.status_code in (200, 415)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", b"[" * 900 + b"]" * 900),
        ("a.json", b'{"a":' * 500 + b"1" + b"}" * 500),
        ("a.json", b"[" * 100_000),
        ("a.json", b'"\\ud800"'),
        ("a.csv", b'"\n' * 50_000),
        ("a.csv", b"," * 100_000),
        ("a.csv", b'"' * 100_001),
        ("a.csv", b"a\x00b,c\n"),
        ("a.md", b"[" * 5000 + b"](" * 5000),
        ("a.md", b"> " * 5000),
        ("a.py", b"((((" * 20_000),
        ("a.txt", b"\xff\xfe" + b"\x00\xd8" * 1001),
        ("a.txt", b"\xff\xfea"),
        ("a.html", b"<div>" * 20_000),
    ],
    ids=lambda value: value if isinstance(value, str) else str(value[:9]),
)
def test_a_preview_of_anything_is_an_answer(her, session, name, content):
    kinds = {"json": "application/json", "csv": "text/csv", "md": "text/markdown"}
    kind = kinds.get(name.rpartition(".")[2], "text/html" if "html" in name else "text/plain")
    file = make_artifact(session, name, content, created_by="tool", mime_type=kind)

    assert her.get(reverse("artifact-preview", args=[session.key, file.key])).status_code == 200
