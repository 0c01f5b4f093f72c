"""Whatever stands in a history, the built-in model makes a move."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatapp.events.bodies import (
    AgentOutput,
    ArtifactUpload,
    Compaction,
    ToolInput,
    ToolOutput,
    UploadedArtifact,
    text_message,
)
from chatapp.llm.base import LLMRequest
from chatapp.llm.builtin.brain import next_move
from chatapp.llm.builtin.moves import Act, Say
from chatapp.search.embedder import default_embedder
from tests.llm.offline_session import FILE_TOOLS, tool

TOOLS = (
    *FILE_TOOLS,
    tool("corpora_search"),
    tool("web_get"),
    tool("current_time"),
    tool("x", "mcp"),
)
QUESTIONS = (
    "",
    "?",
    "What is the revenue of EMEA?",
    "summarise report.pdf",
    "list the headings",
    "What is in the table?",
    "where do I work?",
    "save that as notes.md",
    "use x with {",
    "what time is it",
    "9**9**9**9",
    "(((((((1+1)))))))",
    "https://example.com",
    "Summarise the conversation",
    "add this to the knowledge base",
    "\x00\ud800 [x](y) | a | b |",
)
HOSTILE = (
    "." * 300_000,
    "# " * 100_000,
    "|" * 200_000,
    "[" * 100_000,
    "a" * 400_000,
    "![" * 50_000,
    "(" * 50_000,
    "> " * 100_000,
    "1. " * 50_000,
    "** " * 50_000,
    "“" * 100_000,
    "a,b\n" * 50_000,
    "<script" * 30_000,
    "<p" * 90_000,
    "write " * 5_000,
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda children: (
        st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=8), children, max_size=3)
    ),
    max_leaves=8,
)
outputs = st.dictionaries(
    st.sampled_from(
        [
            "artifact_id",
            "content",
            "start_line",
            "end_line",
            "total_lines",
            "matches",
            "match_count",
            "search_results",
            "error",
            "filename",
            "status_code",
            "time",
            "value",
        ]
    ),
    json_values
    | st.integers(-5, 10**15)
    | st.sampled_from(["art_1", "art_1md", "| a | b |\n|---|---|\n| c | 1 |", "# H\n\ntext"])
    | st.lists(
        st.dictionaries(st.sampled_from(["line", "text", "document_metadata"]), json_values)
    ),
)


def request(*history, instructions=""):
    return LLMRequest("builtin", instructions, tuple(history), TOOLS)


def uploads(*names):
    return ArtifactUpload(
        artifacts=tuple(
            UploadedArtifact(artifact_id=f"art_{at}", filename=name, mime_type="x", size_bytes=1)
            for at, name in enumerate(names, start=1)
        )
    )


def call(name, arguments, output, *, error=False):
    shared = {"tool_call_id": "c", "tool_configuration_name": name, "tool_name": name}
    return (
        ToolInput(**shared, tool_input=arguments),
        ToolOutput(**shared, tool_output=output, error=error),
    )


def move(*history, **options):
    return next_move(request(*history, **options), default_embedder())


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    question=st.sampled_from(QUESTIONS) | st.text(max_size=60),
    name=st.sampled_from([one.name for one in TOOLS]),
    arguments=st.dictionaries(
        st.sampled_from(["artifact_id", "start_line", "pattern"]), json_values
    ),
    output=outputs,
    error=st.booleans(),
    filename=st.sampled_from(["report.pdf", "a.csv", ".", "", "x" * 300, "a.b\n[c](d).md"]),
)
def test_no_tool_output_is_too_strange(question, name, arguments, output, error, filename):
    arguments = {"artifact_id": "art_1", **arguments}
    made = move(
        uploads(filename, "report.pdf"),
        text_message(question),
        *call(name, arguments, output, error=error),
    )

    assert isinstance(made, Act | Say)
    assert not isinstance(made, Say) or made.text


@pytest.mark.parametrize("question", QUESTIONS)
def test_no_question_is_too_strange(question):
    assert isinstance(move(text_message(question)), Act | Say)
    assert isinstance(move(uploads("a.pdf"), text_message(question)), Act | Say)


def test_calls_without_outputs_and_outputs_without_calls_are_borne():
    (one, other) = call("artifact_read", {"artifact_id": "art_1"}, {"content": "x"})

    assert move(uploads("a.txt"), text_message("x?"), one)
    assert move(uploads("a.txt"), text_message("x?"), other)


def test_a_line_number_beyond_reason_costs_nothing():
    read = call(
        "artifact_read",
        {"artifact_id": "art_1"},
        {"content": "The sky is green.", "start_line": 10**15, "total_lines": 10**15},
    )

    assert move(uploads("a.txt"), text_message("What colour is the sky?"), *read)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_borne(text):
    """With quadratic work in any step, this would run for minutes."""
    read = call("artifact_read", {"artifact_id": "art_1"}, {"content": text, "total_lines": 1})
    page = call("web_get", {"url": "https://example.com"}, {"content": f"<p>{text}"})
    for question in ("What is the total of a?", "summarise it", "list the headings"):
        assert move(uploads("a.txt"), text_message(question), *read)
        assert move(text_message(text), AgentOutput(content=text), text_message(question))
    assert move(text_message("https://example.com"), *page)
    assert move(text_message(text))
    assert move(text_message(f"save {text} as notes.md"))


def test_a_strange_summary_is_borne():
    summary = Compaction(
        turns_compacted=1, events_compacted=1, summary_key="s", summary_text="- “" * 5_000
    )

    assert move(summary, text_message("Where do I work?"))
