"""Lines as they stand, from left to right, and as they are read."""

import pytest

from chatapp.convert.readers.bidi import reading_order, without_presentation_forms


@pytest.mark.parametrize(
    "text",
    [
        "plain text, left as it is (really)",
        "Hebrew: שלום עולם. And on",
        "שלום עולם",
        "מחיר: 250 ש״ח",
        "(שלום)",
        "שלום John Smith עולם",
    ],
)
def test_reading_undoes_what_setting_did(text):
    assert reading_order(as_set(text)) == text


def as_set(text: str) -> list[str]:
    """These lines from left to right on paper, worked out by hand."""
    return list(
        {
            "plain text, left as it is (really)": "plain text, left as it is (really)",
            "Hebrew: שלום עולם. And on": "Hebrew: " + "םלוע םולש" + ". And on",
            "שלום עולם": "םלוע םולש",
            "מחיר: 250 ש״ח": "ח״ש 250 :ריחמ",
            "(שלום)": "(םולש)",
            "שלום John Smith עולם": "םלוע John Smith םולש",
        }[text]
    )


def test_shaped_letters_become_letters():
    assert without_presentation_forms("\ufb01t \ufe8e") == "fit \u0627"
