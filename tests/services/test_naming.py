"""A session's name, made from its first message."""

import pytest

from chatapp.services.naming import MAX_LENGTH, name_from_message


@pytest.mark.parametrize(
    ("message", "name"),
    [
        ("How does the warranty work? And for how long?", "How does the warranty work?"),
        ("report.pdf", "report.pdf"),
        ("## **Bold** words\n\nAnd more.", "Bold words"),
        ("\n---\nTotals:", "Totals"),
        ("今天天气好。", "今天天气好。"),
        ("", ""),
        (" \n!?", ""),
    ],
)
def test_it_is_the_first_thing_said_without_markup(message, name):
    assert name_from_message(message) == name


def test_a_long_one_is_cut_between_words():
    name = name_from_message("something " * 40)

    assert len(name) <= MAX_LENGTH + 1
    assert name.endswith("something…")
