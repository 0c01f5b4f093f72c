"""Files on the page: listed, previewed, made small, taken away and brought back, indexed."""

from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from chatapp.models import AuditEntry, Document
from chatapp.services.artifacts import remove_artifact
from chatapp.services.corpora import CorpusRequest, create_corpus
from tests.factories import make_artifact, make_session

HTMX = {"HX-Request": "true"}


@pytest.fixture
def hers(client, alice):
    client.force_login(alice)
    return client


def picture(color="teal", size=(900, 300)):
    out = BytesIO()
    Image.new("RGB", size, color).save(out, "PNG")
    return out.getvalue()


def url_of(artifact, what=""):
    return f"/s/{artifact.session.key}/a/{artifact.key}{what}"


def list_of(session):
    return f"/s/{session.key}/a"


# Pictures


def test_a_thumbnail_is_small_and_made_anew(hers, session):
    artifact = make_artifact(session, "chart.png", picture())

    response = hers.get(url_of(artifact, "?inline&thumb"))

    assert Image.open(BytesIO(response.content)).size == (160, 53)
    assert "sandbox" in response.headers["Content-Security-Policy"]


def test_a_thumbnail_that_is_known_is_not_sent_again(hers, session):
    artifact = make_artifact(session, "chart.png", picture())
    etag = hers.get(url_of(artifact, "?inline&thumb")).headers["ETag"]

    again = hers.get(url_of(artifact, "?inline&thumb"), headers={"If-None-Match": etag})
    whole = hers.get(url_of(artifact, "?inline"), headers={"If-None-Match": etag})

    assert (again.status_code, whole.status_code) == (304, 200)


def test_images_lead_to_the_images_beside_them(hers, session):
    first, second, third = [
        make_artifact(session, f"{color}.png", picture(color)) for color in ("red", "blue", "green")
    ]
    make_artifact(session, "notes.txt", b"no image")

    page = hers.get(url_of(second, "/preview"))

    assert page.context["images"] == {"previous": third.key, "next": first.key}


# Previews


def test_json_is_a_tree(hers, session):
    artifact = make_artifact(session, "data.json", b'{"name": "<b>", "list": [1, 2]}')

    page = hers.get(url_of(artifact, "/preview"), headers=HTMX).content.decode()

    assert "<details open>" in page
    assert "&lt;b&gt;" in page


def test_json_too_deep_for_a_tree_is_shown_all_the_same(hers, session):
    artifact = make_artifact(session, "deep.json", b"[" * 900 + b"]" * 900)

    assert hers.get(url_of(artifact, "/preview"), headers=HTMX).status_code == 200


# Taken away


def test_out_of_its_preview_a_removed_file_leads_back_to_the_list(hers, session):
    artifact = make_artifact(session, "notes.txt", b"words")
    make_artifact(session, "other.txt", b"words")

    headers = {**HTMX, "HX-Target": "panel-body"}
    page = hers.post(url_of(artifact, "/remove"), headers=headers).content.decode()

    assert "other.txt" in page
    assert f"/a/{artifact.key}/restore" in page
    assert url_of(artifact, "/preview") not in page


def test_a_removed_file_comes_back(hers, session):
    artifact = make_artifact(session, "notes.txt", b"words")
    remove_artifact(session=session, key=artifact.key)

    hers.post(url_of(artifact, "/restore"))

    assert hers.get(f"{list_of(session)}?count").content == b"1"


def test_no_files_have_no_number(hers, session):
    assert hers.get(f"{list_of(session)}?count").content == b""


# Reviewers


def test_a_reviewer_reads_the_list_and_may_do_nothing_with_it(client, rita, session):
    artifact = make_artifact(session, "notes.txt", b"words")
    client.force_login(rita)

    page = client.get(url_of(artifact, "/preview"), headers=HTMX).content.decode()

    assert client.get(list_of(session), headers=HTMX).status_code == 200
    assert AuditEntry.objects.filter(actor=rita, action="session.read").count() == 1
    assert "Remove" not in page
    assert client.post(url_of(artifact, "/remove")).status_code == 404


# Into a corpus


@pytest.fixture
def corpus(alice):
    return create_corpus(owner=alice, request=CorpusRequest(key="guide", name="The guide"))


def test_who_may_change_a_corpus_adds_a_file_to_it(hers, session, corpus):
    artifact = make_artifact(session, "notes.txt", b"The moon is made of cheese.")

    response = hers.post(url_of(artifact, "/index"), {"corpus": "guide"}, headers=HTMX)

    assert "The guide" in response.content.decode()
    assert Document.objects.get(corpus=corpus).key == artifact.key


def test_others_are_not_asked_and_cannot(client, bob, corpus, agent):
    artifact = make_artifact(make_session(owner=bob, agent=agent), "notes.txt", b"words")
    client.force_login(bob)

    page = client.get(url_of(artifact, "/preview"), headers=HTMX).content.decode()

    assert "Add to knowledge" not in page
    assert client.post(url_of(artifact, "/index"), {"corpus": "guide"}).status_code == 404
    assert not Document.objects.exists()


def test_a_file_that_cannot_be_read_is_refused_with_its_reason(hers, session, corpus):
    artifact = make_artifact(session, "chart.png", picture())
    artifact.file.storage.delete(artifact.file.name)
    artifact.file.storage.save(artifact.file.name, ContentFile(b"no image at all"))

    response = hers.post(url_of(artifact, "/index"), {"corpus": "guide"}, headers=HTMX)

    assert 400 <= response.status_code < 500
