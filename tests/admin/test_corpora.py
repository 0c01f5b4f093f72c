"""Corpora and documents in the admin."""

import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from chatapp.models import Corpus, Document, Job
from tests.knowledge import attribute, core_document, make_corpus

pytestmark = pytest.mark.django_db


@pytest.fixture
def corpus(ada):
    corpus = make_corpus(owner=ada, filter_attributes=[attribute("access_level", protected=True)])
    core_document(corpus, "open", "Salaries are paid.", metadata={"access_level": "public"})
    core_document(corpus, "secret", "Salaries are high.", metadata={"access_level": "staff"})
    return corpus


@pytest.fixture
def desk(client, ada):
    client.force_login(ada)
    return client


def test_a_corpus_is_made_with_its_filter_attributes(desk, ada):
    response = desk.post(
        reverse("admin:chatapp_corpus_add"),
        {
            "name": "Rules",
            "key": "rules",
            "enabled": "on",
            "filter_attributes": '[{"name": "topic", "level": "part", "type": "text"}]',
        },
    )

    assert response.status_code == 302, response.content.decode()
    corpus = Corpus.objects.get(key="rules")
    assert corpus.owner == ada
    assert str(corpus.filter_attributes.get()) == "part.topic"


def test_a_wrong_attribute_is_told_on_the_form(desk):
    response = desk.post(
        reverse("admin:chatapp_corpus_add"),
        {"name": "Rules", "key": "rules", "filter_attributes": '[{"name": "no good"}]'},
    )

    assert response.status_code == 200
    assert "filter_attributes.0" in response.content.decode()


def test_a_corpus_shows_its_size_and_its_work(desk, corpus):
    Job.objects.create(type="index_files", corpus_keys=[corpus.key], progress=40)

    page = desk.get(reverse("admin:chatapp_corpus_change", args=[corpus.pk])).content.decode()

    assert "2 documents, 2 parts" in page
    assert 'value="40"' in page


def test_changing_a_corpus_keeps_what_is_protected(desk, corpus):
    url = reverse("admin:chatapp_corpus_change", args=[corpus.pk])
    fields = '[{"name": "access_level", "level": "document", "type": "text"}]'

    response = desk.post(url, {"name": "New", "enabled": "on", "filter_attributes": fields})

    assert response.status_code == 302, response.content.decode()
    corpus.refresh_from_db()
    assert corpus.name == "New"
    assert corpus.filter_attributes.get().protected


def test_a_query_is_tried_with_a_filter(desk, corpus):
    url = reverse("admin:chatapp_corpus_try", args=[corpus.pk])
    asked = {"query": "salaries", "metadata_filter": "doc.access_level = 'public'"}

    page = desk.get(url, asked).content.decode()

    assert "Salaries are paid." in page
    assert "Salaries are high." not in page


def test_a_wrong_filter_is_told_on_the_form(desk, corpus):
    url = reverse("admin:chatapp_corpus_try", args=[corpus.pk])

    page = desk.get(url, {"query": "salaries", "metadata_filter": "doc.nothing = 1"})

    assert "doc.nothing" in page.content.decode()


@pytest.mark.django_db(transaction=True)
def test_uploaded_files_are_indexed_and_failures_named(desk, corpus):
    url = reverse("admin:chatapp_corpus_upload", args=[corpus.pk])
    files = [
        SimpleUploadedFile("pay.md", b"# Pay\n\nOn Fridays.\n"),
        SimpleUploadedFile("bad.pdf", b"%PDF-1.4 broken"),
    ]

    response = desk.post(url, {"documents": files, "metadata": '{"access_level": "staff"}'})

    assert response.status_code == 302
    job = _done(Job.objects.get())
    assert job.state == Job.State.COMPLETED
    assert job.detail["indexed"] == 1
    assert list(job.detail["failed"]) == ["bad.pdf"]
    assert Document.objects.get(key="pay.md").metadata["access_level"] == "staff"


@pytest.mark.django_db(transaction=True)
def test_new_vectors_are_made_aside(desk, corpus):
    desk.post(reverse("admin:chatapp_corpus_reembed", args=[corpus.pk]))

    assert _done(Job.objects.get()).detail == {"parts": 2}
    corpus.refresh_from_db()
    assert corpus.embedding_version == 2


def test_a_document_is_shown_changed_and_deleted(desk, corpus):
    document = corpus.documents.get(key="open")
    url = reverse("admin:chatapp_document_change", args=[document.pk])

    assert "Salaries are paid." in desk.get(url).content.decode()
    desk.post(url, {"metadata": '{"access_level": "staff"}'})
    document.refresh_from_db()
    assert document.metadata == {"access_level": "staff"}
    desk.post(reverse("admin:chatapp_document_delete", args=[document.pk]), {"post": "yes"})
    assert not Document.objects.filter(pk=document.pk).exists()
    corpus.refresh_from_db()
    assert corpus.part_count == 1


def test_a_corpus_is_deleted_with_its_documents(desk, corpus):
    url = reverse("admin:chatapp_corpus_delete", args=[corpus.pk])

    assert "with all its documents" in desk.get(url).content.decode()
    desk.post(url, {"post": "yes"})
    assert not Document.objects.exists()


def test_only_admins_come_here(client, alice, corpus):
    client.force_login(alice)

    for name in ("try", "upload"):
        response = client.get(reverse(f"admin:chatapp_corpus_{name}", args=[corpus.pk]))
        assert response.status_code in (302, 403, 404)


def _done(job):
    for _ in range(200):
        job.refresh_from_db()
        if job.completed_at:
            return job
        time.sleep(0.05)
    raise AssertionError("The job did not end.")
