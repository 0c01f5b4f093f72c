"""The official SDK, unchanged: corpora, documents, upload, queries and chats."""

import uuid

import pytest
from vectara.client import Vectara
from vectara.core.api_error import ApiError
from vectara.environment import VectaraEnvironment
from vectara.types import (
    CitationParameters,
    CoreDocumentPart,
    CorpusCustomDimension,
    CreateDocumentRequest_Core,
    CreateDocumentRequest_Structured,
    FilterAttribute,
    GenerationParameters,
    KeyedSearchCorpus,
    SearchCorporaParameters,
    SearchReranker_Mmr,
    StructuredDocumentSection,
)
from vectara.types.field_query import FieldQuery

from tests.installation import Installation

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Installation(tmp_path_factory.mktemp("sdk")) as installation:
        web = installation.web()
        yield web.url, installation.manage("createapikey", "ada")


@pytest.fixture(scope="module")
def sdk(server):
    url, key = server
    return Vectara(api_key=key, environment=VectaraEnvironment(default=url, auth=url))


@pytest.fixture
def corpus(sdk):
    made = sdk.corpora.create(
        key=f"c{uuid.uuid4().hex[:10]}",
        name="Contract corpus",
        filter_attributes=[
            FilterAttribute(name="topic", level="part", type="text"),
            FilterAttribute(name="year", level="document", type="integer"),
        ],
        custom_dimensions=[CorpusCustomDimension(name="boost")],
    )
    yield made
    sdk.corpora.delete(made.key)


@pytest.fixture
def filled(sdk, corpus):
    parts = {
        "refunds": ("Customers get their money back within 30 days.", "money"),
        "hours": ("The shop opens at nine in the morning.", "hours"),
        "ebikes": ("One charge of the battery lasts for 90 kilometres.", "bikes"),
    }
    for number, (key, (text, topic)) in enumerate(parts.items()):
        part = CoreDocumentPart(
            text=text, metadata={"topic": topic}, custom_dimensions={"boost": float(number)}
        )
        request = CreateDocumentRequest_Core(
            id=key, metadata={"title": key, "year": 2020 + number}, document_parts=[part]
        )
        sdk.documents.create(corpus.key, request=request)
    return corpus


def of(corpus, **asked):
    return SearchCorporaParameters(
        corpora=[KeyedSearchCorpus(corpus_key=corpus.key, **asked)], limit=2
    )


def refused(status, call, *args, **kwargs):
    with pytest.raises(ApiError) as caught:
        call(*args, **kwargs, request_options={"max_retries": 0})
    assert caught.value.status_code == status


def test_corpora(sdk, corpus):
    read = sdk.corpora.get(corpus.key)
    assert read.filter_attributes[0].name == "topic"
    assert read.id.startswith("crp_")
    assert corpus.key in [row.key for row in sdk.corpora.list(limit=1)]
    assert [row.key for row in sdk.corpora.list(corpus_id=[read.id])] == [corpus.key]
    assert sdk.corpora.update(corpus.key, enabled=False, description="New").enabled is False
    assert sdk.corpora.get(corpus.key).description == "New"
    refused(409, sdk.corpora.create, key=corpus.key)
    refused(400, sdk.corpora.create, key="invalid!@#$%^&*()")
    refused(404, sdk.corpora.get, "no-such-corpus")


def test_sizes_attributes_and_reset(sdk, filled):
    assert sdk.corpora.compute_size(filled.key).used_docs == 3
    stats = sdk.corpora.get_filter_attribute_stats(filled.key, fields="year")
    assert stats.filter_attribute_stats[0].stats.max == 2022
    replaced = sdk.corpora.replace_filter_attributes(
        filled.key, filter_attributes=[FilterAttribute(name="topic", level="part", type="text")]
    )
    assert replaced.job_id.startswith("job_")
    found = sdk.metadata.query_metadata(
        filled.key, queries=[FieldQuery(field="title", query="refund")]
    )
    assert found.documents[0].doc_id == "refunds"
    sdk.corpora.reset(filled.key)
    assert list(sdk.documents.list(filled.key)) == []


def test_documents(sdk, corpus):
    section = StructuredDocumentSection(title="Pay", text="Wages come on Fridays.")
    request = CreateDocumentRequest_Structured(id="manual", title="Manual", sections=[section])
    made = sdk.documents.create(corpus.key, request=request)
    assert made.id == "manual"
    read = sdk.documents.get(corpus.key, "manual")
    assert read.parts[0].text == "Wages come on Fridays."
    assert [row.id for row in sdk.documents.list(corpus.key, limit=1000)] == ["manual"]
    changed = sdk.documents.update(corpus.key, "manual", metadata={"year": 2024})
    assert changed.metadata == {"title": "Manual", "year": 2024}
    replaced = sdk.documents.update_metadata(corpus.key, "manual", metadata={"a": 1})
    assert replaced.metadata == {"a": 1}
    summary = sdk.documents.summarize(corpus.key, "manual", llm_name="builtin")
    assert summary.summary
    sdk.documents.delete(corpus.key, "manual")
    refused(404, sdk.documents.get, corpus.key, "manual")
    refused(404, sdk.documents.delete, corpus.key, "manual")


def test_bulk_delete(sdk, filled):
    now = sdk.documents.bulk_delete(filled.key, document_ids="refunds,hours", async_=False)
    assert (now.response_type, now.deleted_count) == ("success", 2)
    later = sdk.documents.bulk_delete(filled.key, metadata_filter="doc.year = 2022")
    assert later.response_type == "async"
    assert list(sdk.documents.list(filled.key)) == []


def test_upload(sdk, corpus):
    made = sdk.upload.file(
        corpus.key,
        file=b"# Parking\n\nStaff park behind the workshop.\n",
        filename="rules.md",
        metadata={"year": 2024},
    )
    assert (made.id, made.metadata["year"]) == ("rules.md", 2024)
    named = ("hours.txt", b"The office is open from nine to five.", "text/plain")
    assert sdk.upload.file(corpus.key, file=named).id == "hours.txt"
    results = sdk.corpora.search(corpus.key, query="Where is the car park?").search_results
    assert results[0].document_id == "rules.md"
    refused(400, sdk.upload.file, corpus.key, file=b"")
    refused(404, sdk.upload.file, "no-such-corpus", file=named)


def test_queries(sdk, filled):
    answer = sdk.query(query="Can I get a refund?", search=of(filled))
    assert answer.search_results[0].document_id == "refunds"
    filtered = of(filled, metadata_filter="part.topic = 'hours'")
    found = sdk.query(query="refund", search=filtered).search_results
    assert [result.document_id for result in found] == ["hours"]
    heavy = sdk.query(query="anything", search=of(filled, custom_dimensions={"boost": 5.0}))
    assert heavy.search_results[0].document_id == "ebikes"
    reranked = of(filled).model_copy(update={"reranker": SearchReranker_Mmr(diversity_bias=0.5)})
    assert len(sdk.query(query="battery", search=reranked).search_results) == 2
    undeclared = of(filled, metadata_filter="part.nothing = 'x'")
    refused(400, sdk.queries.query, query="x", search=undeclared)


def test_summaries(sdk, filled):
    generation = GenerationParameters(citations=CitationParameters(style="numeric"))
    answer = sdk.corpora.query(filled.key, query="How do I get a refund?", generation=generation)
    assert "30 days" in answer.summary
    assert 0 <= answer.factual_consistency_score <= 1
    frames = list(
        sdk.query_stream(query="How do I get a refund?", search=of(filled), generation=generation)
    )
    kinds = list(dict.fromkeys(frame.type for frame in frames))
    assert kinds[0] == "search_results"
    assert kinds[-1] == "end"
    assert "generation_chunk" in kinds


def test_query_history(sdk, filled):
    sdk.query(query="remember me", search=of(filled), save_history=True)
    rows = list(sdk.query_history.list(corpus_key=filled.key))
    assert [row.query for row in rows] == ["remember me"]
    whole = sdk.query_history.get(rows[0].id)
    assert whole.query.query == "remember me"
    assert whole.spans[0].type == "search"


def test_chats(sdk, filled):
    session = sdk.create_chat_session(search=of(filled))
    first = session.chat(query="When does the shop open?")
    assert first.chat_id.startswith("cht_")
    assert first.turn_id.startswith("trn_")
    assert "nine" in first.answer
    session.chat(query="And the battery?")
    turns = sdk.chats.list_turns(first.chat_id).turns
    assert [turn.query for turn in turns] == ["When does the shop open?", "And the battery?"]
    assert sdk.chats.get(first.chat_id).first_query == "When does the shop open?"
    assert first.chat_id in [chat.id for chat in sdk.chats.list()]
    assert sdk.chats.update_turn(first.chat_id, first.turn_id, enabled=False).enabled is False
    sdk.chats.delete_turn(first.chat_id, first.turn_id)
    refused(404, sdk.chats.get_turn, first.chat_id, first.turn_id)
    frames = list(sdk.chat_stream(query="When does the shop open?", search=of(filled)))
    assert "chat_info" in [frame.type for frame in frames]
    sdk.chats.delete(first.chat_id)
    refused(404, sdk.chats.get, first.chat_id)
