"""The contract of the indexes: the same of every way to search, on either database."""

import numpy as np
import pytest
from django.db import connection

from chatapp.models import Corpus, Part
from chatapp.models.vectors import stores_halfvec
from chatapp.search.embedder import default_embedder
from chatapp.search.words import terms
from chatapp.services.documents import delete_document
from chatapp.services.filtering import scope_of
from chatapp.services.indexes import vector_index, vectors, word_index
from tests.knowledge import attribute, core_document, make_corpus

pytestmark = pytest.mark.django_db
TEXTS = ["red apples", "green apples and pears", "blue cars", "fast blue trains", "old maps"]


@pytest.fixture
def corpus(alice):
    other = make_corpus(owner=alice, key="other")
    core_document(other, "elsewhere", "blue apples")
    corpus = make_corpus(owner=alice, filter_attributes=[attribute("level")])
    for number, text in enumerate(TEXTS):
        level = {"level": "even" if number % 2 == 0 else "odd"}
        core_document(corpus, f"d{number}", text, metadata=level)
    return corpus


@pytest.fixture(params=["in memory", "pgvector", "pgvector's index"])
def index(request, monkeypatch):
    if request.param == "in memory":
        vectors.forget_all()
        return vectors.InMemory()
    if not stores_halfvec(connection):
        pytest.skip("This database has no pgvector.")
    if request.param == "pgvector's index":
        monkeypatch.setattr(vectors, "FEW_PARTS", 0)
    return vectors.PgVectors()


def scope(corpus, *filters):
    return scope_of(Corpus.objects.get(pk=corpus.pk), *filters)


def vector(text):
    return default_embedder().embed([text])[0]


def texts(found):
    parts = Part.objects.in_bulk(list(found))
    return [parts[part_id].text for part_id in found]


def test_words_are_found_in_their_corpus_only(corpus):
    found = word_index().best(scope(corpus), terms("apples"), 10)

    assert sorted(texts(found)) == ["green apples and pears", "red apples"]


def test_rare_words_weigh_more_and_all_words_most(corpus):
    found = word_index().best(scope(corpus), terms("blue trains"), 10)

    assert texts(found) == ["fast blue trains", "blue cars"]
    first, second = found.values()
    # How far apart depends on every text of the installation.
    assert 0 < second < first <= 1


def test_words_obey_filter_and_limit(corpus):
    odd = scope(corpus, "doc.level = 'odd'")

    assert sorted(texts(word_index().best(odd, terms("blue apples"), 10))) == [
        "fast blue trains",
        "green apples and pears",
    ]
    assert len(word_index().best(scope(corpus), terms("blue apples"), 1)) == 1


def test_no_words_find_nothing(corpus):
    assert word_index().best(scope(corpus), [], 10) == {}
    assert word_index().best(scope(corpus), ["zeppelin"], 10) == {}


def test_words_of_deleted_and_changed_parts_are_forgotten(corpus):
    delete_document(document=corpus.documents.get(key="d0"))
    Part.objects.filter(document__key="d1").update(terms="plum")

    assert word_index().best(scope(corpus), terms("apples"), 10) == {}
    assert texts(word_index().best(scope(corpus), ["plum"], 10)) == ["green apples and pears"]


def test_parts_that_came_and_went_leave_no_trace_in_the_scores(corpus):
    def scores():
        return list(word_index().best(scope(corpus), terms("blue trains"), 10).values())

    before = scores()
    for number in range(20):
        core_document(corpus, f"gone-{number}", "nothing of interest")
        delete_document(document=corpus.documents.get(key=f"gone-{number}"))
    delete_document(document=corpus.documents.get(key="d4"))
    core_document(corpus, "d4", TEXTS[4], metadata={"level": "even"})

    assert scores() == before


def test_the_nearest_comes_first_with_its_cosine(corpus, index):
    found = index.nearest(scope(corpus), vector("red apples"), 3)

    assert texts(found)[0] == "red apples"
    assert next(iter(found.values())) == pytest.approx(1, abs=0.01)
    assert list(found.values()) == sorted(found.values(), reverse=True)


def test_the_nearest_obey_filter_and_limit(corpus, index):
    even = scope(corpus, "doc.level = 'even'")

    assert set(texts(index.nearest(even, vector("apples"), 10))) == {
        "red apples",
        "blue cars",
        "old maps",
    }
    assert len(index.nearest(scope(corpus), vector("apples"), 2)) == 2
    assert index.nearest(scope(corpus, "false"), vector("apples"), 10) == {}


def test_cosines_of_given_parts(corpus, index):
    ids = list(corpus.parts.values_list("pk", flat=True)[:2])

    found = index.cosines(scope(corpus), vector("red apples"), [*ids, 10**9])

    assert set(found) == set(ids)
    assert found[ids[0]] == pytest.approx(1, abs=0.01)


def test_what_comes_and_goes_is_seen(corpus, index):
    index.nearest(scope(corpus), vector("boats"), 10)
    core_document(corpus, "new", "white boats")
    delete_document(document=corpus.documents.get(key="d2"))

    found = texts(index.nearest(scope(corpus), vector("boats"), 10))

    assert found[0] == "white boats"
    assert "blue cars" not in found


def test_an_empty_corpus_has_nothing_near(alice, index):
    empty = make_corpus(owner=alice, key="empty")

    assert index.nearest(scope(empty), vector("apples"), 10) == {}
    assert index.cosines(scope(empty), vector("apples"), [1]) == {}


def test_the_way_in_use_fits_the_database():
    is_pgvector = isinstance(vector_index(), vectors.PgVectors)

    assert is_pgvector == stores_halfvec(connection)


def test_a_vector_is_read_back_as_it_was_stored(corpus):
    part = corpus.parts.first()

    assert np.allclose(part.vector, vector("red apples"), atol=0.01)
