"""Terms of a glossary, written out in what people say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatapp.lib.glossary import Glossary

TERMS = {
    "ARR": "annual recurring revenue",
    "IT": "information technology",
    "net new": "from customers we did not have",
    "net new ARR": "net new annual recurring revenue",
    "C++": "a programming language",
}


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("What is our ARR?", "What is our ARR (annual recurring revenue)?"),
        ("Is it IT?", "Is it IT (information technology)?"),
        ("Net New only", "Net New (from customers we did not have) only"),
        ("net new ARR", "net new ARR (net new annual recurring revenue)"),
        ("ARRAY, _ARR and barr", "ARRAY, _ARR and barr"),
        ("C++, please", "C++ (a programming language), please"),
        ("", ""),
    ],
)
def test_whole_terms_get_their_meaning(said, told):
    assert Glossary(TERMS).expand(said) == told


def test_a_term_without_a_word_or_a_meaning_is_none():
    assert Glossary({"": "x", "?!": "x", "ARR": " "}).expand("ARR ?!") == "ARR ?!"


@given(st.dictionaries(st.text(), st.text(), max_size=20), st.text(max_size=200))
def test_any_terms_and_any_text_will_do(terms, text):
    assert len(Glossary(terms).expand(text)) >= len(text)
