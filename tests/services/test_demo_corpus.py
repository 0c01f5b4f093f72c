"""The guide that comes with an empty installation."""

import pytest

from chatapp.models import Corpus
from chatapp.services.demo_corpus import LEVELS, create_demo_corpus
from chatapp.services.knowledge_search import search
from chatapp.services.query_requests import SearchParameters, parsed

pytestmark = pytest.mark.django_db


def found(question, level=None):
    asked = {"corpus_key": "chatapp-guide"}
    if level:
        asked["metadata_filter"] = f"doc.access_level = '{level}'"
    results = search(
        query=question,
        search=parsed(SearchParameters, {"corpora": [asked], "limit": 3}),
        corpora=Corpus.objects.all(),
    )
    return [result.document_id for result in results]


def test_it_has_documents_of_both_levels(ada):
    corpus = create_demo_corpus(ada)

    levels = {document.metadata["access_level"] for document in corpus.documents.all()}
    assert levels == set(LEVELS)
    assert create_demo_corpus(ada).pk == corpus.pk


@pytest.mark.parametrize(
    ("question", "document"),
    [
        ("How large may a file be?", "files"),
        ("Can other people read my conversations?", "privacy"),
        ("How do I stop an answer?", "first-steps"),
        ("How do I create an API key?", "api"),
        ("Which environment variable sets the language model?", "models"),
        ("How do I back up the server?", "running"),
    ],
)
def test_it_answers_what_one_asks_first(ada, question, document):
    create_demo_corpus(ada)

    assert document in found(question)


def test_what_is_for_staff_is_not_public(ada):
    create_demo_corpus(ada)

    assert "running" in found("How do I back up the server?", "staff")
    assert "running" not in found("How do I back up the server?", "public")
