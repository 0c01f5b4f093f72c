"""The tools that read and index documents: only what the agent names and its people may."""

import pytest
from asgiref.sync import sync_to_async

from chatapp.models import Document
from tests.factories import make_artifact
from tests.knowledge import attribute, core_document, make_corpus
from tests.tools.knowledge import ROLE_FILTER, call, search_of, session_with

pytestmark = pytest.mark.django_db(transaction=True)

READ = {
    "type": "get_document_text",
    "argument_override": {"corpus_key": "handbook", "metadata_filter": ROLE_FILTER},
}
INDEX = {
    "type": "structured_indexing",
    "argument_override": {"corpus_key": "handbook", "metadata.access_level": "staff"},
}
TEXT = {"sections": [{"title": "Pay", "text": "Wages come on Fridays."}]}


@pytest.fixture
def corpus(ada):
    attributes = [attribute("access_level", protected=True)]
    corpus = make_corpus(owner=ada, filter_attributes=attributes)
    core_document(corpus, "open", "One.", "Two.", metadata={"access_level": "public"})
    core_document(corpus, "secret", "Three.", metadata={"access_level": "staff"})
    make_corpus(owner=ada, key="unnamed")
    return corpus


def start(ada, owner, tools, **metadata):
    return sync_to_async(session_with)(tools, author=ada, owner=owner, **metadata)


async def test_a_document_is_read_whole(ada, alice, corpus):
    session = await start(ada, alice, {"read": READ}, user_role="public")

    output = (await call(session, "read", {"document_id": "open"})).tool_output

    assert output["text"] == "One.\n\nTwo."
    assert output["truncated"] is False


async def test_what_the_filter_hides_is_not_there(ada, alice, corpus):
    session = await start(ada, alice, {"read": READ}, user_role="public")

    hidden = await call(session, "read", {"document_id": "secret"})
    absent = await call(session, "read", {"document_id": "nothing"})

    assert hidden.tool_output["code"] == absent.tool_output["code"] == "not_found"


async def test_reading_needs_a_filter_where_searching_has_one(ada, alice, corpus):
    tools = {"search": search_of(), "read": {"type": "get_document_text"}}
    session = await start(ada, alice, tools, user_role="public")

    asked = {"document_id": "secret", "corpus_key": "handbook"}
    output = await call(session, "read", asked)

    assert output.tool_output["code"] == "invalid_configuration"


@pytest.mark.parametrize("key", ["unnamed", "absent", "", "' OR 1=1"])
async def test_corpora_that_the_agent_does_not_name_are_not_there(ada, alice, corpus, key):
    session = await start(ada, alice, {"read": {"type": "get_document_text"}})

    output = await call(session, "read", {"document_id": "open", "corpus_key": key})

    assert output.tool_output["code"] == "not_found"


async def test_ones_own_corpus_can_be_read_in_ones_own_session(ada, alice, corpus):
    own = await sync_to_async(make_corpus)(owner=alice, key="alices")
    await sync_to_async(core_document)(own, "note", "Mine.")
    session = await start(ada, alice, {"read": {"type": "get_document_text"}})

    output = await call(session, "read", {"document_id": "note", "corpus_key": "alices"})

    assert output.tool_output["text"] == "Mine."


async def test_metadata_is_shown_as_far_as_configured(ada, alice, corpus):
    shown = {"metadata": {"exclude_paths": ["$.access_level"]}}
    tools = {"read": {**READ, "tool_configuration": shown}}
    session = await start(ada, alice, tools, user_role="public")

    output = await call(session, "read", {"document_id": "open"})

    assert output.tool_output["metadata"] == {}


async def test_a_text_is_indexed_with_what_the_operator_fixed(ada, alice, corpus):
    session = await start(ada, alice, {"index": INDEX})

    output = await call(session, "index", {"document_id": "pay", "title": "Pay", "document": TEXT})

    assert not output.error, output.tool_output
    document = await Document.objects.aget(key="pay")
    assert document.metadata == {"title": "Pay", "access_level": "staff"}


async def test_a_file_of_the_session_is_indexed(ada, alice, corpus):
    session = await start(ada, alice, {"index": INDEX})
    artifact = await sync_to_async(make_artifact)(session, "pay.md", b"# Pay\n\nOn Fridays.\n")

    output = await call(session, "index", {"document_id": "pay", "artifact_id": artifact.key})

    assert output.tool_output["parts"] == 1
    document = await Document.objects.aget(key="pay")
    assert document.metadata["access_level"] == "staff"


async def test_the_model_cannot_open_a_document_to_others(ada, alice, corpus):
    free = {"type": "structured_indexing", "argument_override": {"corpus_key": "handbook"}}
    session = await start(ada, alice, {"index": free})

    output = await call(
        session,
        "index",
        {"document_id": "pay", "metadata": {"access_level": "public"}, "document": TEXT},
    )

    assert output.tool_output["code"] == "not_allowed"
    assert not await Document.objects.filter(key="pay").aexists()


async def test_the_model_cannot_change_what_is_fixed(ada, alice, corpus):
    session = await start(ada, alice, {"index": INDEX})

    await call(
        session,
        "index",
        {"document_id": "pay", "metadata": {"access_level": "public"}, "document": TEXT},
    )

    document = await Document.objects.aget(key="pay")
    assert document.metadata["access_level"] == "staff"


@pytest.mark.parametrize(
    "arguments",
    [
        {"document_id": "x"},
        {"document_id": "x", "artifact_id": "art_0"},
        {"document_id": "x", "document": {"sections": []}},
        {"document_id": "", "document": TEXT},
        {"document_id": "x", "corpus_key": "unnamed", "document": TEXT, "type": "core"},
        {"document_id": "x", "document": {"sections": [{"text": "\u0000"}]}},
    ],
)
async def test_what_cannot_be_indexed_is_said_to_the_model(ada, alice, corpus, arguments):
    session = await start(ada, alice, {"index": INDEX})

    output = await call(session, "index", arguments)

    assert output.error
    assert output.tool_output["code"] != "crashed"


async def test_a_corpus_the_agent_does_not_name_takes_nothing(ada, alice, corpus):
    session = await start(ada, alice, {"index": {"type": "structured_document_index"}})

    arguments = {"document_id": "x", "corpus_key": "unnamed", "document": TEXT}
    assert (await call(session, "index", arguments)).tool_output["code"] == "not_found"
