"""Filters as the border of access control: what they leave, and what they refuse."""

import pytest

from chatapp.errors import InvalidInput
from chatapp.models import Corpus
from chatapp.services.documents import set_document_metadata
from chatapp.services.knowledge_search import search
from chatapp.services.query_requests import SearchParameters, parsed
from tests.knowledge import attribute, core_document, make_corpus

pytestmark = pytest.mark.django_db


@pytest.fixture
def corpus(alice):
    corpus = make_corpus(
        owner=alice,
        filter_attributes=[
            attribute("access_level"),
            attribute("topic", "part"),
            attribute("priority", "part", "integer"),
            attribute("tags", "document", "list[text]"),
        ],
    )
    core_document(
        corpus,
        "open",
        "Salaries are paid monthly.",
        metadata={"access_level": "public", "tags": ["pay", "month"]},
        part_metadata={"topic": "pay", "priority": 1},
    )
    core_document(
        corpus,
        "secret",
        "Salaries of directors are high.",
        metadata={"access_level": "staff"},
        part_metadata={"topic": "pay", "priority": 5},
    )
    core_document(corpus, "unmarked", "Salaries without a level.")
    return corpus


def found(corpus, metadata_filter, **more):
    asked = {"corpus_key": corpus.key, "metadata_filter": metadata_filter}
    results = search(
        query="salaries",
        search=parsed(SearchParameters, {"corpora": [asked], **more}),
        corpora=Corpus.objects.all(),
    )
    return {result.document_id for result in results}


@pytest.mark.parametrize(
    ("metadata_filter", "expected"),
    [
        ("", {"open", "secret", "unmarked"}),
        ("doc.access_level = 'public'", {"open"}),
        ("doc.access_level = 'public' OR doc.access_level = 'staff'", {"open", "secret"}),
        ("doc.access_level <> 'public'", {"secret"}),
        ("doc.access_level IS NULL", {"unmarked"}),
        ("NOT doc.access_level = 'staff'", {"open"}),
        ("part.topic = 'pay' AND part.priority >= 3", {"secret"}),
        ("'pay' IN doc.tags", {"open"}),
        ("doc.id = 'secret'", {"secret"}),
        ("doc.access_level = 'nobody'", set()),
        ("false", set()),
        ("null", set()),
    ],
)
def test_a_filter_leaves_what_it_says(corpus, metadata_filter, expected):
    assert found(corpus, metadata_filter) == expected


def test_words_alone_are_filtered_too(corpus):
    asked = {
        "corpus_key": corpus.key,
        "metadata_filter": "doc.access_level = 'public'",
        "lexical_interpolation": 1,
    }
    results = search(
        query="directors salaries",
        search=parsed(SearchParameters, {"corpora": [asked]}),
        corpora=Corpus.objects.all(),
    )

    assert [result.document_id for result in results] == ["open"]


def test_custom_dimensions_do_not_lift_a_part_over_the_filter(corpus):
    core_document(corpus, "loud", "Shouting.", custom_dimensions={"boost": 100})
    asked = {
        "corpus_key": corpus.key,
        "metadata_filter": "doc.access_level = 'public'",
        "custom_dimensions": {"boost": 1},
    }
    results = search(
        query="salaries",
        search=parsed(SearchParameters, {"corpora": [asked]}),
        corpora=Corpus.objects.all(),
    )

    assert [result.document_id for result in results] == ["open"]


@pytest.mark.parametrize(
    "metadata_filter",
    [
        "doc.undeclared = 'x'",
        "part.access_level = 'public'",
        "doc.topic = 'pay'",
        "doc.access_level = ",
        "doc.access_level = 'public' --",
        "doc.access_level = 'public'; DROP TABLE chatapp_part",
        "1=1 OR",
        "doc.access_level",
        " ",
        "1",
    ],
)
def test_what_is_not_understood_is_refused(corpus, metadata_filter):
    with pytest.raises(InvalidInput):
        found(corpus, metadata_filter)


def test_a_change_of_level_counts_at_once(corpus):
    assert found(corpus, "doc.access_level = 'public'") == {"open"}

    document = corpus.documents.get(key="secret")
    set_document_metadata(document=document, metadata={"access_level": "public"})
    assert found(corpus, "doc.access_level = 'public'") == {"open", "secret"}

    document = corpus.documents.get(key="open")
    set_document_metadata(document=document, metadata={"access_level": "staff"})
    assert found(corpus, "doc.access_level = 'public'") == {"secret"}


def test_context_never_shows_a_part_that_the_filter_hides(alice):
    corpus = make_corpus(owner=alice, filter_attributes=[attribute("level", "part")])
    parts = [
        {"text": "Nobody may read this.", "metadata": {"level": "staff"}},
        {"text": "Salaries are paid monthly.", "metadata": {"level": "public"}},
        {"text": "Nor this.", "metadata": {"level": "staff"}},
        {"text": "But far away is this.", "metadata": {"level": "public"}},
    ]
    from chatapp.services.document_requests import document_request
    from chatapp.services.documents import add_document

    add_document(
        corpus=corpus,
        request=document_request({"type": "core", "id": "mixed", "document_parts": parts}),
    )
    asked = {"corpus_key": corpus.key, "metadata_filter": "part.level = 'public'"}
    context = {"sentences_before": 3, "sentences_after": 3}

    results = search(
        query="salaries",
        search=parsed(
            SearchParameters, {"corpora": [asked], "context_configuration": context, "limit": 1}
        ),
        corpora=Corpus.objects.all(),
    )

    assert results[0].text == "Salaries are paid monthly."
