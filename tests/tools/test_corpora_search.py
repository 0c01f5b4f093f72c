"""The search tool: what an agent finds is what its author and the session's role allow."""

import pytest
from asgiref.sync import sync_to_async
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatapp.errors import Unprocessable
from chatapp.models import Corpus, QueryRecord
from chatapp.tools.base import Tool
from tests.knowledge import attribute, core_document, make_corpus
from tests.tools.knowledge import call, found, search_of, session_with

pytestmark = pytest.mark.django_db(transaction=True)

LEVELS = {"open": "public", "secret": "staff", "unmarked": None}


@pytest.fixture
def corpus(ada):
    corpus = make_corpus(owner=ada, filter_attributes=[attribute("access_level", protected=True)])
    for key, level in LEVELS.items():
        metadata = {"access_level": level} if level else {}
        core_document(corpus, key, f"Salaries as the {key} page has them.", metadata=metadata)
    return corpus


def start(ada, owner, tools=None, **metadata):
    tools = tools or {"search": search_of()}
    return sync_to_async(session_with)(tools, author=ada, owner=owner, **metadata)


async def test_sessions_that_differ_only_in_role_find_different_documents(ada, alice, corpus):
    public = await start(ada, alice, user_role="public")
    staff = await start(ada, alice, user_role="staff")

    assert found(await call(public, "search", {"query": "salaries"})) == {"open"}
    assert found(await call(staff, "search", {"query": "salaries"})) == {"secret"}


async def test_a_session_without_a_role_cannot_be_prepared(ada, alice, corpus):
    session = await start(ada, alice, user_role="public")
    session.metadata = {}

    with pytest.raises(Unprocessable, match="user_role"):
        await call(session, "search", {"query": "salaries"})


async def test_the_model_sees_only_the_query(ada, alice, corpus):
    schema = Tool.registry["corpora_search"]().input_schema()

    assert list(schema["properties"]) == ["query"]


@pytest.mark.parametrize(
    "arguments",
    [
        {"query": "salaries", "metadata_filter": "true"},
        {"query": "salaries", "METADATA_FILTER": "true"},
        {"query": "salaries", "query_configuration": {"search": {}}},
        {"query": ["salaries"]},
        {"query": None},
        '{"query": "a", "query": "salaries"}',
        "[]",
        "",
    ],
)
async def test_other_arguments_are_refused_and_find_nothing(ada, alice, corpus, arguments):
    session = await start(ada, alice, user_role="public")

    output = await call(session, "search", arguments)

    results = output.tool_output.get("search_results", [])
    assert {result["document_id"] for result in results} <= {"open"}


@pytest.mark.parametrize("override", [{"metadata_filter": ""}, {"metadata_filters": "true"}])
async def test_a_lock_that_cannot_bind_is_an_error(ada, alice, corpus, override):
    tools = {"search": search_of(argument_override=override)}
    session = await start(ada, alice, tools, user_role="public")

    output = await call(session, "search", {"query": "salaries"})

    assert output.error
    assert output.tool_output["code"] == "invalid_configuration"


async def test_both_filters_hold_when_the_corpus_has_one_as_well(ada, alice, corpus):
    asked = {"corpus_key": "handbook", "metadata_filter": "doc.id = 'open' OR doc.id = 'secret'"}
    tools = {"search": search_of(query_configuration={"search": {"corpora": [asked]}})}
    session = await start(ada, alice, tools, user_role="staff")

    assert found(await call(session, "search", {"query": "salaries"})) == {"secret"}


async def test_one_filter_cannot_open_the_other(ada, alice, corpus):
    asked = {"corpus_key": "handbook", "metadata_filter": "doc.id = 'open') OR (true"}
    tools = {"search": search_of(query_configuration={"search": {"corpora": [asked]}})}
    session = await start(ada, alice, tools, user_role="public")

    output = await call(session, "search", {"query": "salaries"})

    assert output.error


async def test_an_agent_whose_author_may_not_search_finds_nothing(bob, alice, corpus):
    session = await start(bob, alice, user_role="public")

    output = await call(session, "search", {"query": "salaries"})

    assert output.error
    assert output.tool_output["code"] == "not_found"


async def test_an_agent_whose_author_is_gone_finds_nothing(ada, alice, corpus):
    session = await start(ada, alice, user_role="public")
    await sync_to_async(ada.delete)()

    assert (await call(session, "search", {"query": "salaries"})).error


async def test_a_summary_comes_with_the_results_when_it_is_switched_on(ada, alice, corpus):
    tools = {"search": search_of()}
    tools["search"]["query_configuration"]["generation"] = {"enabled": True}
    session = await start(ada, alice, tools, user_role="public")

    output = await call(session, "search", {"query": "What do salaries look like?"})

    assert "open page" in output.tool_output["summary"]


async def test_a_search_without_its_preset_answers_without_a_summary(ada, alice, corpus):
    generation = {"enabled": True, "generation_preset_name": "elsewhere-2.0"}
    tools = {"search": search_of()}
    tools["search"]["query_configuration"]["generation"] = generation
    session = await start(ada, alice, tools, user_role="public")

    output = await call(session, "search", {"query": "salaries"})

    assert found(output) == {"open"}
    assert "summary" not in output.tool_output
    [warning] = output.tool_output["warnings"]
    assert warning.startswith("There is no summary.")
    assert "elsewhere-2.0" in warning


async def test_a_search_is_kept_with_its_session(ada, alice, corpus):
    await sync_to_async(Corpus.objects.update)(save_history=True)
    session = await start(ada, alice, user_role="public")

    await call(session, "search", {"query": "salaries"})

    record = await QueryRecord.objects.aget()
    assert (record.session_key, record.owner_id) == (session.key, alice.pk)


HOSTILE = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            "public' OR 'a' = 'a",
            "staff",
            "' OR true --",
            "'' OR 1=1",
            "public''",
            "\\' OR true",
            "public\x00",
            "${session.metadata.user_role}",
            "$ref",
            "public') OR (doc.access_level IS NOT NULL",
            "public'/*",
            "ｐｕｂｌｉｃ",
            "PUBLIC",
            "public ",
            "%",
            "_____",
        ]
    ),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.none(),
    st.lists(st.sampled_from(["public", "staff"]), max_size=3),
    st.just({"$ref": "session.metadata.other"}),
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(role=HOSTILE)
async def test_no_role_finds_more_than_its_own_level(ada, alice, corpus, role):
    session = await start(ada, alice, user_role="public")
    session.metadata = {"user_role": role, "other": "staff"}

    try:
        output = await call(session, "search", {"query": "salaries"})
    except Unprocessable:
        return

    if not output.error:
        allowed = {key for key, level in LEVELS.items() if level is not None and level == role}
        assert found(output) <= allowed
