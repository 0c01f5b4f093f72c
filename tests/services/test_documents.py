"""Indexing documents: what is stored, counted, refused and protected."""

import pytest
from django.core.files.base import ContentFile

from chatapp.errors import Conflict, InvalidInput, NotAllowed, NotFound, UnsupportedType
from chatapp.models import AuditEntry, Corpus, Document, Part
from chatapp.services import documents
from chatapp.services.chunking import PartDraft
from chatapp.services.corpora import (
    AttributeRequest,
    delete_corpus,
    replace_filter_attributes,
    reset_corpus,
)
from chatapp.services.file_indexing import index_artifact
from chatapp.services.reembedding import reembed
from tests.factories import make_artifact
from tests.knowledge import attribute, core_document, make_corpus

pytestmark = pytest.mark.django_db


@pytest.fixture
def corpus(alice):
    return make_corpus(owner=alice)


def fresh(corpus):
    return Corpus.objects.get(pk=corpus.pk)


def test_parts_and_characters_are_counted(corpus):
    document = core_document(corpus, "d1", "Four.", "Five!")

    assert (document.part_count, document.character_count) == (2, 10)
    assert fresh(corpus).part_count == 2


def test_every_change_raises_the_version(corpus):
    versions = [fresh(corpus).version]
    document = core_document(corpus, "d1", "Text.")
    versions.append(fresh(corpus).version)
    documents.set_document_metadata(document=document, metadata={"a": 1})
    versions.append(fresh(corpus).version)
    documents.delete_document(document=document)
    versions.append(fresh(corpus).version)

    assert versions == sorted(set(versions))


def test_deleting_takes_the_parts_along(corpus):
    core_document(corpus, "d1", "One.", "Two.")
    core_document(corpus, "d2", "Three.")

    documents.delete_document(document=corpus.documents.get(key="d1"))

    assert fresh(corpus).part_count == Part.objects.count() == 1


def test_a_document_is_deleted_once(corpus):
    document = core_document(corpus, "d1", "One.")
    documents.delete_document(document=document)

    with pytest.raises(NotFound):
        documents.delete_document(document=document)


def test_reset_and_delete_leave_nothing_behind(corpus):
    core_document(corpus, "d1", "One.")
    reset_corpus(corpus=corpus)
    assert (Document.objects.count(), Part.objects.count(), fresh(corpus).part_count) == (0, 0, 0)

    core_document(corpus, "d1", "One.")
    delete_corpus(corpus=corpus)
    assert (Document.objects.count(), Part.objects.count()) == (0, 0)


def test_a_document_sent_twice_is_one(corpus):
    first = core_document(corpus, "d1", "One.")

    assert core_document(corpus, "d1", "One.").pk == first.pk
    with pytest.raises(Conflict):
        core_document(corpus, "d1", "Another.")


@pytest.mark.parametrize(
    "metadata",
    [
        {"a": "nul\x00"},
        {"a": "half \ud800"},
        {"a": 2**70},
        {"a": float("nan")},
        {"deep": [[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]},
        {"a": "x" * 70_000},
    ],
)
def test_metadata_that_no_database_takes_is_refused(corpus, metadata):
    with pytest.raises(InvalidInput):
        core_document(corpus, "d1", "Text.", metadata=metadata)


def test_odd_characters_in_text_become_spaces(corpus):
    document = core_document(corpus, "d1", "A\x00b.")

    assert document.parts.get().text == "A b."


def test_what_is_protected_needs_the_right_to_change_the_corpus(alice):
    corpus = make_corpus(owner=alice, filter_attributes=[attribute("level", protected=True)])
    drafts = PartDraft(text="Text.")

    with pytest.raises(NotAllowed):
        documents.store_document(
            corpus=corpus,
            key="d",
            metadata={"level": "public"},
            drafts=[drafts],
            may_protect=False,
        )
    document = documents.store_document(
        corpus=corpus,
        key="d",
        metadata={},
        drafts=[drafts],
        fixed={"level": "staff"},
        may_protect=False,
    )
    assert document.metadata == {"level": "staff"}


def test_protection_outlives_a_declaration_that_does_not_know_of_it(alice):
    corpus = make_corpus(owner=alice, filter_attributes=[attribute("level", protected=True)])

    replace_filter_attributes(corpus=corpus, attributes=[AttributeRequest(**attribute("level"))])

    assert corpus.filter_attributes.get().protected


def test_an_artifact_becomes_a_document_of_its_pages(alice, session, corpus):
    artifact = make_artifact(session, "rules.md", b"# Parking\n\nPark behind the house.\n")

    document = index_artifact(
        artifact=artifact, corpus=corpus, actor=alice, metadata={"topic": "cars"}
    )

    assert document.key == artifact.key
    assert document.metadata["topic"] == "cars"
    assert document.parts.get().metadata["title"] == "Parking"
    assert AuditEntry.objects.filter(action="index", object_key=corpus.key).exists()


def test_only_who_may_change_a_corpus_adds_to_it(bob, session, corpus):
    artifact = make_artifact(session, "rules.md", b"Text.")

    with pytest.raises(NotAllowed):
        index_artifact(artifact=artifact, corpus=corpus, actor=bob)


def test_a_file_of_an_unreadable_kind_is_named(alice, session, corpus):
    artifact = make_artifact(session, "sound.bin", b"\x01\x02\x03" * 50, created_by="tool")

    with pytest.raises(UnsupportedType):
        index_artifact(artifact=artifact, corpus=corpus, actor=alice)


def test_reembedding_moves_all_parts_at_once(corpus):
    core_document(corpus, "d1", *[f"Sentence {number}." for number in range(7)])
    progress = []
    before = fresh(corpus)

    done = reembed(corpus=corpus, encoder_name=corpus.encoder_name, report=progress.append)

    after = fresh(corpus)
    assert done == 7
    assert progress[-1] == 99
    assert after.embedding_version == before.embedding_version + 1
    assert not Part.objects.exclude(next_vector=None).exists()


def test_a_document_made_for_the_old_encoder_does_not_come_in(corpus):
    stale = fresh(corpus)
    reembed(corpus=corpus, encoder_name=corpus.encoder_name)

    with pytest.raises(Conflict, match="encoder"):
        core_document(stale, "late", "Text.")


def test_an_unknown_encoder_is_refused(alice):
    with pytest.raises(InvalidInput, match="encoder"):
        make_corpus(owner=alice, encoder_name="nothing-like-it")


def test_a_blob_of_an_artifact_may_be_of_any_size(alice, session, corpus):
    text = b"A sentence about bees and honey. " * 3000
    artifact = make_artifact(session, "long.txt", ContentFile(text).read())

    document = index_artifact(artifact=artifact, corpus=corpus, actor=alice)

    assert document.part_count > 50
