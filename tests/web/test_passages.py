"""A source of an answer, opened: the passage in its context, and no more than one may see."""

import pytest

from chatapp.events.bodies import AgentOutput, Source
from chatapp.services.artifacts import remove_artifact
from chatapp.services.events import append_events
from chatapp.services.file_indexing import index_artifact
from tests.factories import make_artifact, make_session
from tests.knowledge import core_document, make_corpus

HTMX = {"HX-Request": "true"}
CITED = "Bees make honey\nfrom nectar."
TEXT = f"# Bees\n\nThey live in hives.\n\n{CITED}\n\nWasps do not.\n"


@pytest.fixture
def session(alice):
    return make_session(owner=alice)


def answer(session, **source):
    body = AgentOutput(content="Honey [1].", sources=(Source(number=1, title="Bees", **source),))
    [event] = append_events(session=session, bodies=[body])
    return event


def opened(client, session, event, number=1, **headers):
    key = event.id if hasattr(event, "id") and isinstance(event.id, str) else event.key
    return client.get(f"/s/{session.key}/e/{key}/sources/{number}", headers=headers or HTMX)


def text_of(response):
    return " ".join(response.content.decode().split())


def test_a_passage_of_a_file_stands_in_its_context(client, alice, session):
    client.force_login(alice)
    artifact = make_artifact(session, "bees.md", TEXT.encode())
    event = answer(
        session, artifact_id=artifact.key, location="page 3", text=" ".join(CITED.split())
    )

    page = text_of(opened(client, session, event))

    assert "<mark>Bees make honey from nectar.</mark>" in page
    assert "They live in hives." in page
    assert "Wasps do not." in page
    assert f"/a/{artifact.key}/preview?page=3" in page


def test_of_a_converted_file_its_text_is_read(client, alice, session):
    client.force_login(alice)
    pdf = make_artifact(session, "bees.pdf", b"%PDF-1.4\n%%EOF", mime_type="application/pdf")
    make_artifact(session, "bees.pdf.md", TEXT.encode(), derived_from=pdf)

    page = text_of(opened(client, session, answer(session, artifact_id=pdf.key, text="Wasps")))

    assert "They live in hives." in page
    assert f"/a/{pdf.key}/preview" in page


def test_a_file_that_is_gone_leaves_what_was_cited(client, alice, session):
    client.force_login(alice)
    artifact = make_artifact(session, "bees.md", TEXT.encode())
    event = answer(session, artifact_id=artifact.key, text="Bees make honey")
    remove_artifact(session=session, key=artifact.key)

    page = text_of(opened(client, session, event))

    assert "<mark>Bees make honey</mark>" in page
    assert "Wasps" not in page
    assert "The file was removed." in page


@pytest.fixture
def cited(ada, session):
    corpus = make_corpus(owner=ada, key="handbook")
    core_document(corpus, "bees", "They live in hives.", CITED, "Wasps do not.")
    return answer(session, corpus_key="handbook", document_id="bees", text="Bees make honey")


def test_who_may_search_the_corpus_sees_what_stands_around(client, ada, cited):
    session = make_session(owner=ada)
    event = answer(session, corpus_key="handbook", document_id="bees", text="Bees make honey")
    client.force_login(ada)

    page = text_of(opened(client, session, event))

    assert "<mark>Bees make honey</mark>" in page
    assert "They live in hives." in page
    assert "Wasps do not." in page


def test_who_may_not_sees_what_was_cited_and_no_more(client, alice, session, cited):
    client.force_login(alice)

    page = text_of(opened(client, session, cited))

    assert "<mark>Bees make honey</mark>" in page
    assert "hives" not in page
    assert "Wasps" not in page


def test_a_strangers_answer_and_a_number_that_is_not_there_are_absent(
    client, bob, alice, session, cited
):
    client.force_login(bob)
    assert opened(client, session, cited).status_code == 404
    client.force_login(alice)
    assert opened(client, session, cited, number=2).status_code == 404


def test_without_a_script_it_is_a_page(client, alice, session, cited):
    client.force_login(alice)

    response = opened(client, session, cited, Accept="text/html")

    assert b"<html" in response.content
    assert b"<mark>" in response.content


def test_a_preview_begins_with_the_page_that_is_asked_for(client, alice, session):
    client.force_login(alice)
    artifact = make_artifact(session, "bees.pdf", b"%PDF-1.4\n%%EOF", mime_type="application/pdf")

    shown = client.get(f"/s/{session.key}/a/{artifact.key}/preview?page=7", headers=HTMX)
    hostile = client.get(f"/s/{session.key}/a/{artifact.key}/preview?page=%22x", headers=HTMX)

    assert b"?inline#page=7" in shown.content
    assert b"#page" not in hostile.content


def test_an_indexed_file_is_cited_with_its_context(client, alice, session):
    corpus = make_corpus(owner=alice, key="mine")
    artifact = make_artifact(session, "bees.md", TEXT.encode())
    index_artifact(artifact=artifact, corpus=corpus, actor=alice)
    document = corpus.documents.get()
    event = answer(session, corpus_key="mine", document_id=document.key, text="Wasps do not.")
    client.force_login(alice)

    assert "<mark>Wasps do not.</mark>" in text_of(opened(client, session, event))
