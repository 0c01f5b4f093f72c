import pytest

from chatapp.search.sentences import LONGEST_SENTENCE, sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It rained. We stayed in!", ["It rained.", "We stayed in!"]),
        ("Dr. Weiss paid $3.50. Why?", ["Dr. Weiss paid $3.50.", "Why?"]),
        ("We met in 2026. The end.", ["We met in 2026.", "The end."]),
        (
            "Er kam am 3. Oktober an. „Hallo!“ Dann ging er.",
            ["Er kam am 3. Oktober an.", "„Hallo!“", "Dann ging er."],
        ),
        ("L’été finit. École demain.", ["L’été finit.", "École demain."]),
        ("¿Qué tal? ¡Muy bien! Adiós.", ["¿Qué tal?", "¡Muy bien!", "Adiós."]),
        ("今天天气好。我们去公园！真的吗？", ["今天天气好。", "我们去公园！", "真的吗？"]),
        ("", []),
    ],
)
def test_sentences_end_where_a_reader_would_stop(text, expected):
    assert sentences(text) == expected


def test_soft_wrapped_lines_are_one_sentence():
    assert sentences("The frame\nis light. It\nbends.") == ["The frame is light.", "It bends."]


def test_list_items_and_table_rows_stand_for_themselves():
    assert sentences("- one\n- two\n| a | b |\n| 1. C | 2 |") == [
        "- one",
        "- two",
        "| a | b |",
        "| 1. C | 2 |",
    ]


def test_a_text_without_full_stops_is_cut():
    assert all(len(part) <= LONGEST_SENTENCE for part in sentences("word " * 1000))


def test_endless_punctuation_is_no_trap():
    assert sentences("." * 50_000 + "x")
