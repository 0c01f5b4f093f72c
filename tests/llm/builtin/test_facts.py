import pytest

from chatapp.llm.builtin.facts import recall, second_person, statements_in
from chatapp.search.embedder import default_embedder


@pytest.mark.parametrize(
    ("said", "turned"),
    [
        ("I work at Acme.", "You work at Acme."),
        ("I am a nurse", "You are a nurse"),
        ("I was born in Ulm", "You were born in Ulm"),
        ("I'm Bob and my wife is Ann", "You're Bob and your wife is Ann"),
        ("We moved our office", "You moved your office"),
        ("The US office is mine", "The US office is yours"),
        ("Call me Ishmael", "Call you Ishmael"),
    ],
)
def test_the_first_person_becomes_the_second(said, turned):
    assert second_person(said) == turned


def test_only_what_tells_something_is_a_statement():
    message = "Hi! I work at Acme. What is that? Please summarise it. I want to know more. Thanks."

    assert statements_in(message) == ["I work at Acme."]


def test_a_request_to_remember_is_not_part_of_the_fact():
    assert statements_in("Remember that the code is 4417.") == ["the code is 4417."]


def test_nothing_said_is_nothing_recalled():
    assert recall("Where do I work?", [], default_embedder()) is None


def test_the_fitting_statement_is_recalled_among_others():
    said = ["My dog is called Rex.", "My cat is called Tom.", "I was born in 1987 in Ulm."]

    assert recall("What is my cat's name?", said, default_embedder()) == said[1]
    assert recall("When was I born?", said, default_embedder()) == said[2]
    assert recall("What is the capital of France?", said, default_embedder()) is None
