import re

import pytest

from chatapp.llm.builtin.phrases import LANGUAGES, PHRASES, month, phrase, weekday


@pytest.mark.parametrize("key", PHRASES)
def test_a_phrase_exists_in_every_language_with_the_same_values(key):
    assert set(PHRASES[key]) == set(LANGUAGES)
    fields = {frozenset(re.findall(r"{(\w+)}", text)) for text in PHRASES[key].values()}
    assert len(fields) == 1 or key == "as_you_said"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_day_and_month_has_a_name(language):
    assert len({weekday(language, day) for day in range(7)}) == 7
    assert len({month(language, number) for number in range(1, 13)}) == 12


def test_a_value_is_never_taken_for_a_pattern():
    assert phrase("en", "noted", fact="{fact} {0}") == "Noted: {fact} {0}"
