import pytest

from chatapp.search.words import content, terms, words


def test_words_meet_without_accents_and_case():
    assert words("Zürich STRASSE naïve") == words("zurich Straße Naive")


def test_numbers_keep_their_separators():
    assert words("1,200.50 EUR in Q3") == ["1,200.50", "eur", "in", "q3"]


def test_cjk_runs_become_pairs_of_characters():
    assert words("数据泄露 risk") == ["数据", "据泄", "泄露", "risk"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("reports", "report"),
        ("companies", "company"),
        ("warranties", "warranty"),
        ("planned", "planning"),
        ("revenues", "revenue"),
        ("Rechnungen", "Rechnung"),
        ("facturas", "factura"),
        ("passwords", "password"),
    ],
)
def test_forms_of_a_word_share_a_stem(one, other):
    assert terms(one) == terms(other)


@pytest.mark.parametrize(
    "question",
    [
        "What is the price?",
        "Quel est le price ?",
        "Was ist das price?",
        "¿Cuál es el price?",
        "What's the company's price",
    ],
)
def test_stop_words_do_not_count(question):
    assert "price" in [word.rstrip("e") + "e" for word in terms(question)]
    assert len(terms(question)) <= 2


def test_a_text_of_stop_words_alone_stays_as_it_is():
    assert content("who are you") == "who are you"
    assert content("Who is the owner?") == "owner"
