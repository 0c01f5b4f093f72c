"""/v2/query, /v2/queries and /v2/chats, over the wire."""

import json

import pytest
from asgiref.sync import sync_to_async

from tests.api.caller import caller_for, close_connections
from tests.knowledge import attribute, core_document, make_corpus

pytestmark = pytest.mark.django_db(transaction=True)

SEARCH = {"corpora": [{"corpus_key": "handbook"}], "limit": 2}


@pytest.fixture
async def call(alice):
    await sync_to_async(_fill)(alice)
    yield await caller_for(alice)
    await close_connections()


def _fill(owner):
    corpus = make_corpus(owner=owner, filter_attributes=[attribute("topic", "part")])
    core_document(
        corpus,
        "refunds",
        "Customers get their money back within 30 days of the purchase.",
        metadata={"title": "Refunds", "url": "https://shop.example/refunds"},
        part_metadata={"topic": "money"},
    )
    core_document(corpus, "hours", "The shop opens at nine.", part_metadata={"topic": "hours"})


async def frames_of(response):
    raw = b"".join([chunk async for chunk in response.streaming_content]).decode()
    return [json.loads(line.removeprefix("data:")) for line in raw.split("\n\n") if line]


async def test_a_result_has_the_shape_of_the_contract(call):
    answer = await call("post", "/query", {"query": "refund", "search": SEARCH})

    result = answer.json()["search_results"][0]
    assert answer.status_code == 200
    assert "summary" not in answer.json()
    assert result.pop("score") > 0
    assert result == {
        "text": "Customers get their money back within 30 days of the purchase.",
        "part_metadata": {"topic": "money"},
        "document_metadata": {"title": "Refunds", "url": "https://shop.example/refunds"},
        "document_id": "refunds",
        "corpus_key": "handbook",
        "request_corpora_index": 0,
    }


async def test_one_corpus_is_asked_by_get_and_by_post(call):
    by_get = await call("get", "/corpora/handbook/query?query=refund&limit=1")
    body = {"query": "refund", "search": {"limit": 1, "metadata_filter": "part.topic = 'hours'"}}
    by_post = await call("post", "/corpora/handbook/query", body)

    assert [one["document_id"] for one in by_get.json()["search_results"]] == ["refunds"]
    assert [one["document_id"] for one in by_post.json()["search_results"]] == ["hours"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"query": "x" * 5001, "search": SEARCH}, 400),
        ({"query": " ", "search": SEARCH}, 400),
        ({"search": SEARCH}, 400),
        ({"query": "x"}, 400),
        ({"query": "x", "search": {"corpora": []}}, 400),
        ({"query": "x", "search": {**SEARCH, "limit": 0}}, 400),
        ({"query": "x", "search": {**SEARCH, "limit": None}}, 200),
        ({"query": "x", "search": {**SEARCH, "reranker": {"type": "unknown"}}}, 400),
        ({"query": "x", "search": {"corpora": [{"corpus_key": "unknown"}]}}, 404),
        (
            {
                "query": "x",
                "search": {
                    "corpora": [
                        {"corpus_key": "handbook", "metadata_filter": "part.undeclared = 1"}
                    ]
                },
            },
            400,
        ),
        (
            {
                "query": "x",
                "search": {"corpora": [{"corpus_key": "handbook", "metadata_filter": "=="}]},
            },
            400,
        ),
    ],
)
async def test_bad_queries_are_refused(call, body, status):
    assert (await call("post", "/query", body)).status_code == status


async def test_a_summary_cites_its_sources_and_is_scored(call):
    question = {"query": "How do I get my money back?", "search": SEARCH, "generation": {}}

    answer = (await call("post", "/query", question)).json()

    assert "30 days" in answer["summary"]
    assert "[1]" in answer["summary"]
    assert 0 <= answer["factual_consistency_score"] <= 1
    assert "Customers get their money back" in answer["rendered_prompt"]


async def test_a_citation_may_be_a_link(call):
    citations = {"style": "markdown", "url_pattern": "{doc.url}", "text_pattern": "{doc.title}"}
    question = {
        "query": "How do I get my money back?",
        "search": SEARCH,
        "generation": {"citations": citations, "enable_factual_consistency_score": False},
    }

    answer = (await call("post", "/query", question)).json()

    assert "[Refunds](https://shop.example/refunds)" in answer["summary"]
    assert "factual_consistency_score" not in answer


async def test_frames_come_in_the_order_of_the_contract(call):
    question = {
        "query": "How do I get my money back?",
        "search": SEARCH,
        "generation": {},
        "stream_response": True,
    }

    response = await call("post", "/query", question)
    frames = await frames_of(response)

    assert response.headers["Content-Type"].startswith("text/event-stream")
    kinds = list(dict.fromkeys(frame["type"] for frame in frames))
    assert kinds == [
        "search_results",
        "generation_chunk",
        "generation_end",
        "generation_info",
        "factual_consistency_score",
        "end",
    ]
    text = "".join(frame.get("generation_chunk", "") for frame in frames)
    assert "30 days" in text


async def test_a_stream_without_generation_is_results_and_an_end(call):
    frames = await frames_of(
        await call("post", "/query", {"query": "x", "search": SEARCH, "stream_response": True})
    )

    assert [frame["type"] for frame in frames] == ["search_results", "end"]


async def test_an_error_of_a_streamed_query_has_its_status(call):
    body = {"query": " ", "search": SEARCH, "stream_response": True}

    assert (await call("post", "/query", body)).status_code == 400


async def test_history_is_kept_when_it_is_wanted(call):
    await call("post", "/query", {"query": "first", "search": SEARCH})
    await call("post", "/query", {"query": "second", "search": SEARCH, "save_history": True})

    rows = (await call("get", "/queries?corpus_key=handbook")).json()["queries"]
    whole = (await call("get", f"/queries/{rows[0]['id']}")).json()

    assert [row["query"] for row in rows] == ["second"]
    assert whole["query"]["search"]["corpora"] == [{"corpus_key": "handbook"}]
    assert [span["type"] for span in whole["spans"]] == ["search"]
    assert (await call("get", "/queries?corpus_key=other")).json()["queries"] == []


async def test_nobody_reads_anothers_history(call, bob):
    await call("post", "/query", {"query": "mine", "search": SEARCH, "save_history": True})
    [row] = (await call("get", "/queries")).json()["queries"]
    bobs = await caller_for(bob)

    assert (await bobs("get", "/queries")).json()["queries"] == []
    assert (await bobs("get", f"/queries/{row['id']}")).status_code == 404


async def test_a_chat_is_answered_and_goes_on(call):
    first = await call("post", "/chats", {"query": "When does the shop open?", "search": SEARCH})
    chat, turn = first.json()["chat_id"], first.json()["turn_id"]
    second = await call("post", f"/chats/{chat}/turns", {"query": "Why?", "search": SEARCH})

    assert first.status_code == 201
    assert (chat[:4], turn[:4]) == ("cht_", "trn_")
    assert "nine" in first.json()["answer"]
    assert second.json()["rephrased_query"] == "When does the shop open? Why?"
    turns = (await call("get", f"/chats/{chat}/turns")).json()["turns"]
    assert [one["query"] for one in turns] == ["When does the shop open?", "Why?"]
    read = (await call("get", f"/chats/{chat}")).json()
    assert read["first_query"] == "When does the shop open?"


async def test_a_turn_is_disabled_and_a_chat_deleted(call, bob):
    made = (await call("post", "/chats", {"query": "Opening hours?", "search": SEARCH})).json()
    chat, turn = made["chat_id"], made["turn_id"]

    disabled = await call("patch", f"/chats/{chat}/turns/{turn}", {"enabled": False})
    assert disabled.json()["enabled"] is False
    assert (await (await caller_for(bob))("get", f"/chats/{chat}")).status_code == 404
    assert (await call("delete", f"/chats/{chat}/turns/{turn}")).status_code == 204
    assert (await call("delete", f"/chats/{chat}")).status_code == 204
    assert (await call("get", f"/chats/{chat}")).status_code == 404


async def test_a_chat_needs_corpora(call):
    assert (await call("post", "/chats", {"query": "x", "search": {}})).status_code == 400
    assert (await call("post", "/chats", {"query": "x"})).status_code == 400


async def test_a_chat_streams_where_it_is(call):
    body = {"query": "When does the shop open?", "search": SEARCH, "stream_response": True}

    response = await call("post", "/chats", body)
    frames = await frames_of(response)

    assert response.status_code == 201
    assert [frame["type"] for frame in frames][:2] == ["search_results", "chat_info"]
    assert (await call("get", f"/chats/{frames[1]['chat_id']}")).status_code == 200


async def test_a_document_is_summarized(call):
    body = {"llm_name": "builtin"}

    answer = await call("post", "/corpora/handbook/documents/refunds/summarize", body)

    assert answer.status_code == 200, answer.content
    assert "30 days" in answer.json()["summary"]
