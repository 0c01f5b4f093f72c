"""/v2/corpora, over the wire."""

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import Group

from tests.api.caller import caller_for, close_connections
from tests.knowledge import attribute, core_document, make_corpus

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
async def call(alice):
    yield await caller_for(alice)
    await close_connections()


async def test_a_corpus_is_created_and_read_back(call):
    body = {
        "key": "handbook",
        "name": "Handbook",
        "filter_attributes": [attribute("topic", "part")],
        "custom_dimensions": [{"name": "boost", "querying_default": 1}],
    }

    created = await call("post", "/corpora", body)
    read = await call("get", "/corpora/handbook")

    assert created.status_code == 201
    assert read.json() == created.json()
    assert read.json()["filter_attributes"] == [{**attribute("topic", "part"), "indexed": True}]
    assert read.json()["id"].startswith("crp_")
    assert read.json()["enabled"] is True


@pytest.mark.parametrize("key", ["invalid!@#$%^&*()", "k" * 51, "", "line\nbreak"])
async def test_a_bad_key_is_refused(call, key):
    assert (await call("post", "/corpora", {"key": key})).status_code == 400


async def test_a_key_is_taken_once(call):
    await call("post", "/corpora", {"key": "handbook"})

    assert (await call("post", "/corpora", {"key": "handbook"})).status_code == 409


async def test_null_leaves_a_field_as_it_is(call):
    await call("post", "/corpora", {"key": "handbook", "description": "Rules"})

    changed = await call("patch", "/corpora/handbook", {"description": None, "enabled": False})

    assert changed.json()["description"] == "Rules"
    assert changed.json()["enabled"] is False


async def test_a_list_comes_in_pages(call):
    for number in range(5):
        await call("post", "/corpora", {"key": f"c{number}"})

    first = (await call("get", "/corpora?limit=3")).json()
    second = (
        await call("get", f"/corpora?limit=3&page_key={first['metadata']['page_key']}")
    ).json()

    assert [one["key"] for one in first["corpora"] + second["corpora"]] == [
        f"c{number}" for number in range(5)
    ]
    assert "page_key" not in second["metadata"]


async def test_a_list_is_filtered_by_name_and_description(call):
    await call("post", "/corpora", {"key": "one", "name": "Recipes"})
    await call("post", "/corpora", {"key": "two", "description": "On recipes"})
    await call("post", "/corpora", {"key": "three"})

    found = (await call("get", "/corpora?filter=(?i)recipe")).json()["corpora"]

    assert [one["key"] for one in found] == ["one", "two"]


async def test_sizes_are_counted(call, alice):
    corpus = await sync_to_async(make_corpus)(owner=alice)
    await sync_to_async(core_document)(corpus, "d1", "One.", "Two.", metadata={"a": 1})

    size = (await call("post", "/corpora/handbook/compute_size")).json()

    assert (size["used_docs"], size["used_parts"], size["used_characters"]) == (1, 2, 8)
    assert size["used_metadata_characters"] > 0


async def test_reset_empties_and_delete_removes(call, alice):
    corpus = await sync_to_async(make_corpus)(owner=alice)
    await sync_to_async(core_document)(corpus, "d1", "One.")

    assert (await call("post", "/corpora/handbook/reset")).status_code == 204
    assert (await call("get", "/corpora/handbook/documents")).json()["documents"] == []
    assert (await call("delete", "/corpora/handbook")).status_code == 204
    assert (await call("get", "/corpora/handbook")).status_code == 404


async def test_replaced_attributes_are_what_filters_may_name(call, alice):
    corpus = await sync_to_async(make_corpus)(
        owner=alice, filter_attributes=[attribute("old", "part")]
    )
    await sync_to_async(core_document)(corpus, "d1", "One.", part_metadata={"old": "x", "new": "y"})
    body = {"filter_attributes": [attribute("new", "part")]}

    job = await call("post", "/corpora/handbook/replace_filter_attributes", body)

    assert job.json()["job_id"].startswith("job_")
    by_new = {"query": "one", "search": {"metadata_filter": "part.new = 'y'"}}
    by_old = {"query": "one", "search": {"metadata_filter": "part.old = 'x'"}}
    found = await call("post", "/corpora/handbook/query", by_new)
    assert len(found.json()["search_results"]) == 1
    assert (await call("post", "/corpora/handbook/query", by_old)).status_code == 400


async def test_stats_tell_what_attributes_hold(call, alice):
    corpus = await sync_to_async(make_corpus)(
        owner=alice,
        filter_attributes=[attribute("year", "document", "integer"), attribute("topic", "part")],
    )
    for number, year in enumerate((2020, 2022, 2022)):
        metadata = {"metadata": {"year": year}, "part_metadata": {"topic": "tax"}}
        await sync_to_async(core_document)(corpus, f"d{number}", "Text.", **metadata)

    stats = (await call("get", "/corpora/handbook/filter_attribute_stats")).json()

    year, topic = stats["filter_attribute_stats"]
    assert year["values"] == [{"value": 2022, "count": 2}, {"value": 2020, "count": 1}]
    assert (year["stats"]["min"], year["stats"]["max"]) == (2020, 2022)
    assert topic["values"] == [{"value": "tax", "count": 3}]


async def test_metadata_is_searched_and_forgives_a_slip(call, alice):
    corpus = await sync_to_async(make_corpus)(owner=alice)
    await sync_to_async(core_document)(corpus, "d1", "Text.", metadata={"author": "Ines Marti"})
    await sync_to_async(core_document)(corpus, "d2", "Text.", metadata={"author": "Jon Doe"})
    body = {"queries": [{"field": "author", "query": "ines marty"}]}

    found = (await call("post", "/corpora/handbook/metadata_query", body)).json()

    assert [one["doc_id"] for one in found["documents"]] == ["d1"]
    assert found["total_count"] == 1


async def test_a_strangers_corpus_is_not_there(call, bob):
    await sync_to_async(make_corpus)(owner=bob, key="bobs")

    for method, path in (
        ("get", "/corpora/bobs"),
        ("delete", "/corpora/bobs"),
        ("post", "/corpora/bobs/reset"),
        ("get", "/corpora/bobs/documents"),
        ("get", "/corpora/bobs/query?query=x"),
    ):
        assert (await call(method, path)).status_code == 404, path
    assert (await call("get", "/corpora")).json()["corpora"] == []


async def test_who_may_only_search_changes_nothing(call, alice, bob):
    corpus = await sync_to_async(make_corpus)(owner=bob, key="shared")
    await sync_to_async(_share)(corpus, alice)

    assert (await call("get", "/corpora/shared")).status_code == 200
    assert (await call("delete", "/corpora/shared")).status_code == 403


async def test_a_serving_key_stays_within_its_corpora(alice):
    for key in ("mine", "other"):
        await sync_to_async(make_corpus)(owner=alice, key=key)
    call = await caller_for(alice, role="serving", corpus_keys=["mine"])

    assert (await call("get", "/corpora/mine/query?query=x")).status_code == 200
    assert (await call("get", "/corpora/other/query?query=x")).status_code == 403
    body = {"query": "x", "search": {"corpora": [{"corpus_key": "mine"}, {"corpus_key": "other"}]}}
    assert (await call("post", "/query", body)).status_code == 403
    listed = (await call("get", "/corpora")).json()["corpora"]
    assert [one["key"] for one in listed] == ["mine"]
    assert (await call("post", "/corpora/mine/reset")).status_code == 403
    await close_connections()


def _share(corpus, user):
    group = Group.objects.create(name="readers")
    user.groups.add(group)
    corpus.groups.add(group)
