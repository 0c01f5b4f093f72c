"""/v2/corpora/{key}/documents and /upload_file, over the wire."""

from urllib.parse import quote

import pytest
from asgiref.sync import sync_to_async
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.api.caller import caller_for, close_connections
from tests.knowledge import attribute, make_corpus

pytestmark = pytest.mark.django_db(transaction=True)
PATH = "/corpora/handbook/documents"

CORE = {
    "type": "core",
    "id": "d1",
    "metadata": {"lang": "en"},
    "document_parts": [
        {"text": "Refunds take five days.", "metadata": {"topic": "money"}, "context": "Refunds"},
        {"text": "Shops open at nine.", "metadata": {"topic": "hours"}},
    ],
}
STRUCTURED = {
    "type": "structured",
    "id": "d2",
    "title": "Staff manual",
    "description": "For all",
    "sections": [
        {
            "id": 7,
            "title": "Holidays",
            "text": "Everybody has 28 days. Ask early.",
            "metadata": {"owner": "hr"},
            "sections": [{"title": "Carry over", "text": "Five days move to the next year."}],
        }
    ],
}


@pytest.fixture
async def call(alice):
    attributes = [attribute("topic", "part"), attribute("year", "document", "integer")]
    await sync_to_async(make_corpus)(owner=alice, filter_attributes=attributes)
    yield await caller_for(alice)
    await close_connections()


async def test_a_core_document_keeps_its_parts_as_they_were_sent(call):
    created = await call("post", PATH, CORE)
    read = (await call("get", f"{PATH}/d1")).json()

    assert created.status_code == 201
    assert read["metadata"] == {"lang": "en"}
    assert [part["text"] for part in read["parts"]] == [p["text"] for p in CORE["document_parts"]]
    assert read["parts"][0]["metadata"] == {"topic": "money"}
    assert read["parts"][0]["context"] == "Refunds"
    assert read["storage_usage"]["bytes_used"] > 0


async def test_a_structured_document_is_cut_by_section(call):
    await call("post", PATH, STRUCTURED)
    read = (await call("get", f"{PATH}/d2")).json()

    assert read["metadata"]["title"] == "Staff manual"
    assert [part["metadata"]["title"] for part in read["parts"]] == [
        "Holidays",
        "Holidays › Carry over",
    ]
    assert read["parts"][0]["metadata"]["owner"] == "hr"
    assert read["parts"][0]["metadata"]["section"] == 7


async def test_chunks_are_as_small_as_asked_for(call):
    text = " ".join(f"Sentence number {number} says something." for number in range(40))
    chunking = {"type": "max_chars_chunking_strategy", "max_chars_per_chunk": 120}
    body = {**STRUCTURED, "sections": [{"text": text}], "chunking_strategy": chunking}

    await call("post", PATH, body)

    parts = (await call("get", f"{PATH}/d2")).json()["parts"]
    assert len(parts) > 10
    assert all(len(part["text"]) <= 120 for part in parts)


async def test_the_same_document_again_is_no_conflict_but_another_is(call):
    await call("post", PATH, CORE)

    assert (await call("post", PATH, CORE)).status_code == 201
    assert (await call("post", PATH, {**CORE, "metadata": {}})).status_code == 409


@pytest.mark.parametrize(
    "body",
    [
        {"type": "core", "id": "d", "document_parts": []},
        {"type": "core", "id": "d", "document_parts": [{"text": ""}]},
        {"type": "core", "id": "", "document_parts": [{"text": "x"}]},
        {"type": "core", "document_parts": [{"text": "x"}]},
        {"type": "odd", "id": "d"},
        {"id": "d"},
        {"type": "structured", "id": "d", "sections": []},
        {"type": "core", "id": "d", "document_parts": [{"text": "x", "metadata": 5}]},
        {
            "type": "structured",
            "id": "d",
            "sections": [{"text": "x"}],
            "chunking_strategy": {"type": "max_chars_chunking_strategy", "max_chars_per_chunk": 9},
        },
    ],
)
async def test_what_is_no_document_is_refused(call, body):
    assert (await call("post", PATH, body)).status_code == 400


async def test_metadata_is_merged_or_replaced(call):
    await call("post", PATH, CORE)

    merged = await call("patch", f"{PATH}/d1", {"metadata": {"year": 2024}})
    assert merged.json()["metadata"] == {"lang": "en", "year": 2024}
    cleared = await call("patch", f"{PATH}/d1", {"metadata": {"lang": None}})
    assert cleared.json()["metadata"] == {"year": 2024}
    replaced = await call("put", f"{PATH}/d1/metadata", {"metadata": {"new": [1, 2]}})
    assert replaced.json()["metadata"] == {"new": [1, 2]}


async def test_documents_are_listed_by_a_filter(call):
    for year in (2020, 2021, 2022):
        await call("post", PATH, {**CORE, "id": f"y{year}", "metadata": {"year": year}})

    found = (await call("get", f"{PATH}?metadata_filter=doc.year>=2021&limit=1000")).json()

    assert [one["id"] for one in found["documents"]] == ["y2021", "y2022"]
    assert (await call("get", f"{PATH}?metadata_filter=doc.nothing=1")).status_code == 400
    assert (await call("get", f"{PATH}?metadata_filter=part.topic='x'")).status_code == 400


async def test_a_deleted_document_is_gone(call):
    await call("post", PATH, CORE)

    assert (await call("delete", f"{PATH}/d1")).status_code == 204
    assert (await call("delete", f"{PATH}/d1")).status_code == 404
    assert (await call("get", f"{PATH}/d1")).status_code == 404
    found = await call("get", "/corpora/handbook/query?query=refund")
    assert found.json()["search_results"] == []


async def test_many_are_deleted_at_once(call):
    for key in ("a", "b", "c"):
        await call("post", PATH, {**CORE, "id": key})

    now = await call("delete", f"{PATH}?document_ids=a,b,nothing&async=false")
    later = await call("delete", f"{PATH}?metadata_filter=doc.id='c'")

    assert now.status_code == 200
    assert (now.json()["deleted_count"], now.json()["skipped_count"]) == (2, 1)
    assert later.status_code == 202
    assert later.json()["response_type"] == "async"
    assert (await call("get", PATH)).json()["documents"] == []
    assert (await call("delete", PATH)).status_code == 400


async def test_an_id_may_have_a_slash(call):
    await call("post", PATH, {**CORE, "id": "folder/file one.md"})

    assert (await call("get", f"{PATH}/folder%2Ffile%20one.md")).json()[
        "id"
    ] == "folder/file one.md"


@pytest.mark.parametrize(
    "key", ["a\nb", " ", ".", "..", "a/../b", "a/metadata", "a/summarize", "a/images/b"]
)
async def test_an_id_that_no_address_can_name_is_refused(call, key):
    assert (await call("post", PATH, {**CORE, "id": key})).status_code == 400


@pytest.mark.parametrize("key", ["metadata", "images/b", "a//b", "a?b#c", "x y", "a.b/..c"])
async def test_any_other_id_is_reached(call, key):
    await call("post", PATH, {**CORE, "id": key})

    assert (await call("get", f"{PATH}/{quote(key, safe='')}")).json()["id"] == key


async def test_an_image_is_read_apart(call):
    image = {"id": "i1", "title": "Logo", "image_data": {"data": "QUJD", "mime_type": "image/png"}}
    await call("post", PATH, {**CORE, "images": [image]})

    assert (await call("get", f"{PATH}/d1/images/i1")).json() == image
    assert (await call("get", f"{PATH}/d1")).json()["images"] == [
        {"id": "i1", "title": "Logo", "mime_type": "image/png"}
    ]


async def test_a_key_that_only_indexes_sets_nothing_that_decides_over_access(alice, call):
    protected = {**attribute("access_level"), "protected": True}
    await sync_to_async(make_corpus)(owner=alice, key="guarded", filter_attributes=[protected])
    indexing = await caller_for(alice, role="serving_and_indexing", corpus_keys=["guarded"])
    path = "/corpora/guarded/documents"
    secret = {**CORE, "metadata": {"access_level": "staff"}}

    assert (await indexing("post", path, {**CORE, "id": "plain"})).status_code == 201
    assert (await indexing("post", path, secret)).status_code == 403
    assert (await call("post", path, secret)).status_code == 201
    change = {"metadata": {"access_level": "public"}}
    assert (await indexing("patch", f"{path}/d1", change)).status_code == 403
    assert (await indexing("put", f"{path}/d1/metadata", {"metadata": {}})).status_code == 403
    assert (await indexing("patch", f"{path}/d1", {"metadata": {"x": 1}})).status_code == 200


async def test_a_file_is_converted_and_found(call):
    text = "# Parking\n\nStaff park behind the workshop.\n\n# Bicycles\n\nBicycles stand inside.\n"
    form = {
        "file": SimpleUploadedFile("rules.md", text.encode(), "text/markdown"),
        "metadata": '{"year": 2024}',
    }

    created = await call("post", "/corpora/handbook/upload_file", data=form)
    assert created.status_code == 201, created.content
    assert created.json()["id"] == "rules.md"
    assert created.json()["metadata"]["year"] == 2024

    found = await call("get", "/corpora/handbook/query?query=where can I leave my car&limit=1")
    [result] = found.json()["search_results"]
    assert result["text"] == "Staff park behind the workshop."
    assert result["part_metadata"]["title"] == "Parking"


def _form(*parts: bytes) -> dict:
    body = b"".join(b"--x\r\n" + part + b"\r\n" for part in parts) + b"--x--\r\n"
    return {"data": body, "content_type": "multipart/form-data; boundary=x"}


async def test_a_file_without_a_filename_is_still_a_file(call):
    form = _form(
        b'Content-Disposition: form-data; name="file"\r\nContent-Type: application/octet-stream'
        b"\r\n\r\nCaf\xc3\xa9 hours: nine to five. \xff",
        b'Content-Disposition: form-data; name="filename"\r\n\r\nhours.txt',
    )

    created = await call("post", "/corpora/handbook/upload_file", **form)

    assert created.status_code == 201, created.content
    assert created.json()["id"] == "hours.txt"


async def test_bad_uploads_are_refused(call):
    path = "/corpora/handbook/upload_file"
    nameless = _form(b'Content-Disposition: form-data; name="file"\r\n\r\nText.')
    empty = {"data": {"file": SimpleUploadedFile("e.txt", b"")}}
    program = {"data": {"file": SimpleUploadedFile("p.exe", b"MZ\x00\x01" * 50)}}
    large = {"data": {"file": SimpleUploadedFile("l.txt", b"word " * (3 * 2**20))}}
    bad_json = {"data": {"file": SimpleUploadedFile("a.txt", b"Text."), "metadata": "{"}}

    assert (await call("post", path, **nameless)).status_code == 400
    assert (await call("post", path, **empty)).status_code == 400
    assert (await call("post", path, **program)).status_code == 415
    assert (await call("post", path, **large)).status_code == 413
    assert (await call("post", path, **bad_json)).status_code == 400
    assert (await call("post", path, {"file": "x"})).status_code == 415
    good = {"data": {"file": SimpleUploadedFile("a.txt", b"Text.")}}
    assert (await call("post", "/corpora/unknown/upload_file", **good)).status_code == 404
