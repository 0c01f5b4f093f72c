import pytest

from chatapp.llm.builtin.digests import LONGEST_TITLE, central, title
from chatapp.search.embedder import default_embedder


@pytest.mark.parametrize(
    ("message", "name"),
    [
        ("Hello, how does the warranty work?", "How does the warranty work?"),
        ("Please summarise report.pdf", "Summarise report.pdf"),
        ("report.pdf", "report.pdf"),
        ("**Bold** [link](x) question?\n\nAnd more.", "Bold link question?"),
        ("今天天气好。我们去公园！", "今天天气好。"),
        ("", ""),
        (" \n ", ""),
    ],
)
def test_a_title_is_short_and_plain(message, name):
    assert title(message) == name


def test_a_long_title_is_cut_between_words():
    name = title("tell me " + "something " * 40)

    assert len(name) <= LONGEST_TITLE + 1
    assert name.endswith("something…")


def test_central_sentences_keep_their_order_and_do_not_repeat():
    parts = [
        "Bicycles need oil.",
        "Bicycles need oil.",
        "The chain rusts.",
        "Oil the chain weekly.",
    ]

    assert central(parts, default_embedder(), limit=3) == [parts[0], parts[2], parts[3]]
